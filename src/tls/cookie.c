#include <netinet/in.h>

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "tls/base/tls_error.h"
#include "tls/cookie.h"

/* The text of the MAC; all members are bytes, so there is no padding. */
struct cookie_text {
	uint8_t kind;
	uint8_t family; /* 4 or 6; 0: a UNIX socket */
	uint8_t address[16];
	uint8_t port[2];
	uint8_t scope[4];
	uint8_t bound_size;
	uint8_t bound[COOKIE_BOUND_MAX];
};

static bool
cookie_address(struct cookie_text *, const struct sockaddr_storage *);
static void
cookie_address_v6(struct cookie_text *, const struct sockaddr_storage *);

int
cookie_maker_open(
    struct cookie_maker *maker, const uint8_t *secret, size_t secret_size)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac;

	maker->mac = NULL;
	if ((hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) != NULL)
		maker->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac); /* the context holds it */
	if (maker->mac != NULL &&
	    EVP_MAC_init(maker->mac, secret, secret_size, params) == 1)
		return 0;
	tls_error_say("Cannot make cookies:");
	cookie_maker_close(maker);
	return -1;
}

void
cookie_maker_close(struct cookie_maker *maker)
{
	EVP_MAC_CTX_free(maker->mac);
	maker->mac = NULL;
}

/*
 * Called for each datagram of a flood. The context keeps the state after the
 * key, so this costs a quarter of HMAC().
 */
bool
cookie_make(struct cookie_maker *maker, enum cookie_kind kind,
    const struct sockaddr_storage *peer, const void *bound, size_t bound_size,
    uint8_t cookie[COOKIE_SIZE])
{
	struct cookie_text text = { .kind = (uint8_t)kind,
		.bound_size = (uint8_t)bound_size };
	unsigned char mac[EVP_MAX_MD_SIZE];
	size_t size;

	if (bound_size > sizeof(text.bound) || !cookie_address(&text, peer))
		return false;
	if (bound_size > 0)
		memcpy(text.bound, bound, bound_size);
	if (EVP_MAC_init(maker->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(maker->mac, (const uint8_t *)&text, sizeof(text)) !=
		1 ||
	    EVP_MAC_final(maker->mac, mac, &size, sizeof(mac)) != 1)
		return false;
	memcpy(cookie, mac, COOKIE_SIZE);
	return true;
}

/*
 * Copies only the fields that distinguish peers: the rest of a sockaddr is
 * padding, or a flow label, which may change with each datagram.
 */
static bool
cookie_address(struct cookie_text *text, const struct sockaddr_storage *peer)
{
	struct sockaddr_in v4;

	switch (peer->ss_family) {
	case AF_INET:
		memcpy(&v4, peer, sizeof(v4));
		text->family = 4;
		memcpy(text->address, &v4.sin_addr, sizeof(v4.sin_addr));
		memcpy(text->port, &v4.sin_port, sizeof(text->port));
		return true;
	case AF_INET6:
		cookie_address_v6(text, peer);
		return true;
	default:
		return peer->ss_family == AF_UNIX;
	}
}

/* A mapped IPv4 address gives the same text as a plain one. */
static void
cookie_address_v6(struct cookie_text *text, const struct sockaddr_storage *peer)
{
	struct sockaddr_in6 v6;

	memcpy(&v6, peer, sizeof(v6));
	memcpy(text->port, &v6.sin6_port, sizeof(text->port));
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
		text->family = 4;
		memcpy(text->address, v6.sin6_addr.s6_addr + 12, 4);
		return;
	}
	text->family = 6;
	memcpy(text->address, &v6.sin6_addr, sizeof(text->address));
	memcpy(text->scope, &v6.sin6_scope_id, sizeof(text->scope));
}
