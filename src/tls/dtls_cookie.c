#include <string.h>

#include <openssl/crypto.h>

#include "tls/dtls_cookie.h"

/* version, random, session ID with its length */
#define COOKIE_FIXED_MAX (2 + 32 + 1 + 32)

/* Each worker reads its clock once a turn; two readings differ by less. */
#define COOKIE_SKEW_S 1

/* The data beside the address; only bytes, so there is no padding. */
struct cookie_bound {
	uint8_t period[8];
	uint8_t fixed_size;
	uint8_t fixed[COOKIE_FIXED_MAX];
};

_Static_assert(sizeof(struct cookie_bound) <= COOKIE_BOUND_MAX,
    "cookie.h has room for it");

static bool
cookie_of_period(struct cookie_maker *, const struct sockaddr_storage *,
    const uint8_t *, size_t, int64_t, uint8_t *);

bool
dtls_cookie_make(struct cookie_maker *maker,
    const struct sockaddr_storage *peer, const uint8_t *fixed,
    size_t fixed_size, int64_t now_s, uint8_t cookie[DTLS_COOKIE_SIZE])
{
	return cookie_of_period(maker, peer, fixed, fixed_size,
	    now_s / DTLS_COOKIE_PERIOD_S, cookie);
}

bool
dtls_cookie_good(struct cookie_maker *maker,
    const struct sockaddr_storage *peer, const uint8_t *fixed,
    size_t fixed_size, int64_t now_s, const uint8_t *cookie, size_t cookie_size)
{
	/* The worker that made the cookie may have read a later time. */
	int64_t period = (now_s + COOKIE_SKEW_S) / DTLS_COOKIE_PERIOD_S;
	uint8_t now[DTLS_COOKIE_SIZE], before[DTLS_COOKIE_SIZE];
	int wrong_now, wrong_before;

	if (cookie_size != DTLS_COOKIE_SIZE ||
	    !cookie_of_period(maker, peer, fixed, fixed_size, period, now) ||
	    !cookie_of_period(
		maker, peer, fixed, fixed_size, period - 1, before))
		return false;
	wrong_now = CRYPTO_memcmp(cookie, now, sizeof(now));
	wrong_before = CRYPTO_memcmp(cookie, before, sizeof(before));
	return wrong_now == 0 || wrong_before == 0;
}

static bool
cookie_of_period(struct cookie_maker *maker,
    const struct sockaddr_storage *peer, const uint8_t *fixed,
    size_t fixed_size, int64_t period, uint8_t *cookie)
{
	struct cookie_bound bound = { .fixed_size = (uint8_t)fixed_size };

	if (fixed_size > sizeof(bound.fixed) || peer->ss_family == AF_UNIX)
		return false;
	memcpy(bound.period, &period, sizeof(bound.period));
	memcpy(bound.fixed, fixed, fixed_size);
	return cookie_make(
	    maker, COOKIE_DTLS, peer, &bound, sizeof(bound), cookie);
}
