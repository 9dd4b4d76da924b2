/*
 * Cookies. A client that returns a cookie has shown that it receives what is
 * sent to its address. A cookie is a MAC of the address and of other data that
 * the client must not change, under a secret that all workers share.
 */
#ifndef COOKIE_H
#define COOKIE_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define COOKIE_SIZE	 20 /* the size in the stock program */
#define COOKIE_BOUND_MAX 76 /* bytes beside the address */

/* The use of a cookie: a cookie of one kind is not valid as the other. */
enum cookie_kind { COOKIE_DTLS = 1, COOKIE_STATELESS };

/* Each worker has one. */
struct cookie_maker {
	EVP_MAC_CTX *mac; /* keyed; NULL: closed */
};

/* Returns 0, or -1 (reported). The secret is not needed afterwards. */
int cookie_maker_open(
    struct cookie_maker *, const uint8_t *secret, size_t secret_size);
void cookie_maker_close(struct cookie_maker *);
/*
 * Make the cookie for this address. bound: the other data, at most
 * COOKIE_BOUND_MAX bytes. The address of a UNIX socket does not count. Returns
 * false if the address is neither IPv4, IPv6 nor UNIX, if bound is too long or
 * if libcrypto failed.
 */
bool cookie_make(struct cookie_maker *, enum cookie_kind,
    const struct sockaddr_storage *, const void *bound, size_t bound_size,
    uint8_t cookie[COOKIE_SIZE]);

#endif
