/*
 * Cookies of DTLS: for which client and how long they are valid.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "tls/dtls_cookie.h"
#include "unit.h"

#define P DTLS_COOKIE_PERIOD_S

/* The longest fixed fields. */
static const uint8_t fixed[67] = "version, random, session id";
static const uint8_t secret[32] = "a secret";
static struct cookie_maker cookies;

static struct sockaddr_storage
v4(const char *address, uint16_t port)
{
	struct sockaddr_storage peer;
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	CHECK(inet_pton(AF_INET, address, &sin.sin_addr) == 1);
	memset(&peer, 0, sizeof(peer));
	memcpy(&peer, &sin, sizeof(sin));
	return peer;
}

static struct sockaddr_storage
v6(const char *address, uint16_t port, uint32_t scope)
{
	struct sockaddr_storage peer;
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_scope_id = scope,
	};

	CHECK(inet_pton(AF_INET6, address, &sin6.sin6_addr) == 1);
	memset(&peer, 0, sizeof(peer));
	memcpy(&peer, &sin6, sizeof(sin6));
	return peer;
}

/* Returns true if a cookie for the one address is valid for the other. */
static bool
serves(struct sockaddr_storage one, struct sockaddr_storage other)
{
	uint8_t cookie[DTLS_COOKIE_SIZE];

	CHECK(
	    dtls_cookie_make(&cookies, &one, fixed, sizeof(fixed), 7, cookie));
	CHECK(dtls_cookie_good(
	    &cookies, &one, fixed, sizeof(fixed), 7, cookie, sizeof(cookie)));
	return dtls_cookie_good(
	    &cookies, &other, fixed, sizeof(fixed), 7, cookie, sizeof(cookie));
}

/* One second is added because clocks differ. */
static void
test_this_period_and_the_one_before(void)
{
	struct sockaddr_storage peer = v4("192.0.2.1", 1000);
	uint8_t cookie[DTLS_COOKIE_SIZE], next[DTLS_COOKIE_SIZE];
	int64_t made, now;

	for (made = 10 * P; made < 11 * P; made += 7) {
		CHECK(dtls_cookie_make(
		    &cookies, &peer, fixed, sizeof(fixed), made, cookie));
		for (now = 8 * P; now < 14 * P; now++)
			CHECK(dtls_cookie_good(&cookies, &peer, fixed,
				  sizeof(fixed), now, cookie, sizeof(cookie)) ==
			    (now >= 10 * P - 1 && now < 12 * P - 1));
		CHECK(dtls_cookie_make(
		    &cookies, &peer, fixed, sizeof(fixed), made + P, next));
		CHECK(memcmp(cookie, next, sizeof(cookie)) != 0);
	}
}

static void
test_no_other_address(void)
{
	CHECK(serves(v4("192.0.2.1", 1), v4("192.0.2.1", 1)));
	CHECK(!serves(v4("192.0.2.1", 1), v4("192.0.2.2", 1)));
	CHECK(!serves(v4("192.0.2.1", 1), v4("192.0.2.1", 2)));
	CHECK(!serves(v4("192.0.2.1", 1), v4("192.0.2.1", 256)));
	CHECK(serves(v6("2001:db8::1", 1, 0), v6("2001:db8::1", 1, 0)));
	CHECK(!serves(v6("2001:db8::1", 1, 0), v6("2001:db8::2", 1, 0)));
	CHECK(!serves(v6("2001:db8::1", 1, 0), v6("2001:db8::1", 2, 0)));
	/* The same bytes in another address family. */
	CHECK(!serves(v4("32.1.13.184", 1), v6("2001:db8::", 1, 0)));
	CHECK(!serves(v4("0.0.0.0", 1), v6("::", 1, 0)));
	/* One link-local address on two links. */
	CHECK(serves(v6("fe80::1", 1, 2), v6("fe80::1", 1, 2)));
	CHECK(!serves(v6("fe80::1", 1, 2), v6("fe80::1", 1, 3)));
}

static void
test_mapped_addresses(void)
{
	CHECK(serves(v6("::ffff:192.0.2.1", 1, 0), v4("192.0.2.1", 1)));
	CHECK(serves(v4("192.0.2.1", 1), v6("::ffff:192.0.2.1", 1, 0)));
	CHECK(!serves(v4("192.0.2.1", 1), v6("::ffff:192.0.2.2", 1, 0)));
	CHECK(!serves(v4("192.0.2.1", 1), v6("::192.0.2.1", 1, 0)));
}

/* Padding and fields that the peer may change do not count. */
static void
test_padding_and_flow_labels_do_not_count(void)
{
	struct sockaddr_storage plain = v4("192.0.2.1", 1), dirty = plain;
	struct sockaddr_in6 sin6;

	memset((uint8_t *)&dirty + offsetof(struct sockaddr_in, sin_zero), 7,
	    sizeof(dirty) - offsetof(struct sockaddr_in, sin_zero));
	CHECK(serves(plain, dirty));
	plain = dirty = v6("2001:db8::1", 1, 0);
	memcpy(&sin6, &dirty, sizeof(sin6));
	sin6.sin6_flowinfo = htonl(5);
	memset(&dirty, 7, sizeof(dirty));
	memcpy(&dirty, &sin6, sizeof(sin6));
	CHECK(serves(plain, dirty));
}

static void
test_other_families_get_none(void)
{
	struct sockaddr_storage peer = { .ss_family = AF_UNIX };
	uint8_t cookie[DTLS_COOKIE_SIZE] = { 0 };

	CHECK(!dtls_cookie_make(
	    &cookies, &peer, fixed, sizeof(fixed), 7, cookie));
	CHECK(!dtls_cookie_good(
	    &cookies, &peer, fixed, sizeof(fixed), 7, cookie, sizeof(cookie)));
}

/* Cookies of -stateless are bound to the address only. */
static void
test_cookies_of_another_kind(void)
{
	struct sockaddr_storage peer = v4("192.0.2.1", 1);
	struct sockaddr_storage local = { .ss_family = AF_UNIX };
	struct sockaddr_storage other = { .ss_family = AF_NETLINK };
	uint8_t cookie[COOKIE_SIZE], same[COOKIE_SIZE], bound[COOKIE_SIZE + 77];

	memset(bound, 0, sizeof(bound));
	CHECK(cookie_make(&cookies, COOKIE_STATELESS, &peer, NULL, 0, cookie));
	CHECK(cookie_make(&cookies, COOKIE_STATELESS, &peer, NULL, 0, same));
	CHECK(memcmp(cookie, same, sizeof(cookie)) == 0);
	CHECK(cookie_make(&cookies, COOKIE_DTLS, &peer, NULL, 0, same));
	CHECK(memcmp(cookie, same, sizeof(cookie)) != 0);
	CHECK(cookie_make(&cookies, COOKIE_STATELESS, &peer, bound, 1, same));
	CHECK(memcmp(cookie, same, sizeof(cookie)) != 0);
	CHECK(!dtls_cookie_good(
	    &cookies, &peer, fixed, 0, 7, cookie, sizeof(cookie)));
	CHECK(cookie_make(&cookies, COOKIE_STATELESS, &local, NULL, 0, same));
	CHECK(memcmp(cookie, same, sizeof(cookie)) != 0);
	CHECK(
	    !cookie_make(&cookies, COOKIE_STATELESS, &other, NULL, 0, cookie));
	CHECK(!cookie_make(&cookies, COOKIE_STATELESS, &peer, bound,
	    COOKIE_BOUND_MAX + 1, cookie));
}

/* Changes every bit, and every length, of what the client must repeat. */
static void
test_no_other_hello(void)
{
	struct sockaddr_storage peer = v4("192.0.2.1", 1);
	uint8_t cookie[DTLS_COOKIE_SIZE], other[sizeof(fixed) + 1];
	size_t bit, size;

	CHECK(
	    dtls_cookie_make(&cookies, &peer, fixed, sizeof(fixed), 7, cookie));
	for (bit = 0; bit < sizeof(fixed) * 8; bit++) {
		memcpy(other, fixed, sizeof(fixed));
		other[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!dtls_cookie_good(&cookies, &peer, other, sizeof(fixed),
		    7, cookie, sizeof(cookie)));
	}
	memset(other, 0, sizeof(other));
	CHECK(dtls_cookie_make(&cookies, &peer, other, 35, 7, cookie));
	for (size = 0; size <= sizeof(other); size++)
		CHECK(dtls_cookie_good(&cookies, &peer, other, size, 7, cookie,
			  sizeof(cookie)) == (size == 35));
}

static void
test_no_other_cookie(void)
{
	struct sockaddr_storage peer = v4("192.0.2.1", 1);
	uint8_t cookie[2 * DTLS_COOKIE_SIZE] = { 0 };
	size_t bit, size;

	CHECK(
	    dtls_cookie_make(&cookies, &peer, fixed, sizeof(fixed), 7, cookie));
	for (size = 0; size <= sizeof(cookie); size++)
		CHECK(dtls_cookie_good(&cookies, &peer, fixed, sizeof(fixed), 7,
			  cookie, size) == (size == DTLS_COOKIE_SIZE));
	for (bit = 0; bit < (size_t)DTLS_COOKIE_SIZE * 8; bit++) {
		cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!dtls_cookie_good(&cookies, &peer, fixed, sizeof(fixed),
		    7, cookie, DTLS_COOKIE_SIZE));
		cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_workers_know_each_others(void)
{
	struct sockaddr_storage peer = v6("2001:db8::1", 1, 0);
	struct cookie_maker same, strange;
	uint8_t other[32] = "another secret", cookie[DTLS_COOKIE_SIZE];

	CHECK(cookie_maker_open(&same, secret, sizeof(secret)) == 0);
	CHECK(cookie_maker_open(&strange, other, sizeof(other)) == 0);
	CHECK(dtls_cookie_make(&same, &peer, fixed, sizeof(fixed), 7, cookie));
	CHECK(dtls_cookie_good(
	    &cookies, &peer, fixed, sizeof(fixed), 7, cookie, sizeof(cookie)));
	CHECK(!dtls_cookie_good(
	    &strange, &peer, fixed, sizeof(fixed), 7, cookie, sizeof(cookie)));
	cookie_maker_close(&same);
	cookie_maker_close(&strange);
	cookie_maker_close(&strange);
}

int
main(void)
{
	CHECK(cookie_maker_open(&cookies, secret, sizeof(secret)) == 0);
	UNIT_RUN(test_this_period_and_the_one_before);
	UNIT_RUN(test_no_other_address);
	UNIT_RUN(test_mapped_addresses);
	UNIT_RUN(test_padding_and_flow_labels_do_not_count);
	UNIT_RUN(test_other_families_get_none);
	UNIT_RUN(test_cookies_of_another_kind);
	UNIT_RUN(test_no_other_hello);
	UNIT_RUN(test_no_other_cookie);
	UNIT_RUN(test_workers_know_each_others);
	cookie_maker_close(&cookies);
	return unit_end();
}
