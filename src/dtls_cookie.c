#include <netinet/in.h>

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "dtls_cookie.h"
#include "tls_error.h"

/* The secret serves for other cookies, too; none of theirs begins like this. */
#define COOKIE_LABEL "DTLS cookie"
/* version, random, session id with its length */
#define COOKIE_FIXED_MAX (2 + 32 + 1 + 32)

/* How far the clocks that workers read once a turn may differ. */
#define COOKIE_SKEW_S 1

/* What the MAC is of; no padding, as all members are bytes. */
struct cookie_text {
	uint8_t label[sizeof(COOKIE_LABEL)];
	uint8_t period[8];
	uint8_t family; /* 4 or 6 */
	uint8_t address[16];
	uint8_t port[2];
	uint8_t scope[4];
	uint8_t fixed_size;
	uint8_t fixed[COOKIE_FIXED_MAX];
};

static bool cookie_text(struct cookie_text *, const struct sockaddr_storage *,
    const uint8_t *, size_t);
static bool
cookie_address(struct cookie_text *, const struct sockaddr_storage *);
static bool cookie_of_period(
    struct dtls_cookies *, struct cookie_text *, int64_t, uint8_t *);

int
dtls_cookie_open(
    struct dtls_cookies *cookies, const uint8_t *secret, size_t secret_size)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac;

	cookies->mac = NULL;
	if ((hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) != NULL)
		cookies->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac); /* the context holds it */
	if (cookies->mac != NULL &&
	    EVP_MAC_init(cookies->mac, secret, secret_size, params) == 1)
		return 0;
	tls_error_say("Cannot make cookies for DTLS:");
	dtls_cookie_close(cookies);
	return -1;
}

void
dtls_cookie_close(struct dtls_cookies *cookies)
{
	EVP_MAC_CTX_free(cookies->mac);
	cookies->mac = NULL;
}

bool
dtls_cookie_make(struct dtls_cookies *cookies,
    const struct sockaddr_storage *peer, const uint8_t *fixed,
    size_t fixed_size, int64_t now_s, uint8_t cookie[DTLS_COOKIE_SIZE])
{
	struct cookie_text text;

	return cookie_text(&text, peer, fixed, fixed_size) &&
	    cookie_of_period(
		cookies, &text, now_s / DTLS_COOKIE_PERIOD_S, cookie);
}

bool
dtls_cookie_good(struct dtls_cookies *cookies,
    const struct sockaddr_storage *peer, const uint8_t *fixed,
    size_t fixed_size, int64_t now_s, const uint8_t *cookie, size_t cookie_size)
{
	/* Whoever made it may have read the clock a little later. */
	int64_t period = (now_s + COOKIE_SKEW_S) / DTLS_COOKIE_PERIOD_S;
	uint8_t now[DTLS_COOKIE_SIZE], before[DTLS_COOKIE_SIZE];
	struct cookie_text text;
	int wrong_now, wrong_before;

	if (cookie_size != DTLS_COOKIE_SIZE ||
	    !cookie_text(&text, peer, fixed, fixed_size) ||
	    !cookie_of_period(cookies, &text, period, now) ||
	    !cookie_of_period(cookies, &text, period - 1, before))
		return false;
	wrong_now = CRYPTO_memcmp(cookie, now, sizeof(now));
	wrong_before = CRYPTO_memcmp(cookie, before, sizeof(before));
	return wrong_now == 0 || wrong_before == 0;
}

/* All but the period. */
static bool
cookie_text(struct cookie_text *text, const struct sockaddr_storage *peer,
    const uint8_t *fixed, size_t fixed_size)
{
	if (fixed_size > sizeof(text->fixed))
		return false;
	memset(text, 0, sizeof(*text));
	memcpy(text->label, COOKIE_LABEL, sizeof(COOKIE_LABEL));
	text->fixed_size = (uint8_t)fixed_size;
	memcpy(text->fixed, fixed, fixed_size);
	return cookie_address(text, peer);
}

/*
 * Only what tells peers apart: the rest of a sockaddr is padding, or a flow
 * label, which may change with each datagram. An IPv4 address is the same
 * whatever socket it comes from.
 */
static bool
cookie_address(struct cookie_text *text, const struct sockaddr_storage *peer)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (peer->ss_family == AF_INET) {
		memcpy(&v4, peer, sizeof(v4));
		text->family = 4;
		memcpy(text->address, &v4.sin_addr, sizeof(v4.sin_addr));
		memcpy(text->port, &v4.sin_port, sizeof(text->port));
		return true;
	}
	if (peer->ss_family != AF_INET6)
		return false;
	memcpy(&v6, peer, sizeof(v6));
	memcpy(text->port, &v6.sin6_port, sizeof(text->port));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
		text->family = 4;
		memcpy(text->address, v6.sin6_addr.s6_addr + 12, 4);
		return true;
	}
	text->family = 6;
	memcpy(text->address, &v6.sin6_addr, sizeof(text->address));
	memcpy(text->scope, &v6.sin6_scope_id, sizeof(text->scope));
	return true;
}

/*
 * Run for each datagram of a flood: the context keeps what the key gives, and
 * so costs a quarter of HMAC().
 */
static bool
cookie_of_period(struct dtls_cookies *cookies, struct cookie_text *text,
    int64_t period, uint8_t *cookie)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	size_t size;

	memcpy(text->period, &period, sizeof(text->period));
	if (EVP_MAC_init(cookies->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(
		cookies->mac, (const uint8_t *)text, sizeof(*text)) != 1 ||
	    EVP_MAC_final(cookies->mac, mac, &size, sizeof(mac)) != 1)
		return false;
	memcpy(cookie, mac, DTLS_COOKIE_SIZE);
	return true;
}
