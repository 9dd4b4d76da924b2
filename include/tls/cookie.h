/*
 * Cookies with which a client shows that what is sent to its address reaches
 * it: a MAC of the address and of what else the client must not change in
 * between, under a secret that all workers share.
 */
#ifndef COOKIE_H
#define COOKIE_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define COOKIE_SIZE	 20 /* as the stock program's */
#define COOKIE_BOUND_MAX 76 /* bytes beside the address */

/* Whom a cookie is for: it is good for nobody else. */
enum cookie_kind { COOKIE_DTLS = 1, COOKIE_STATELESS };

/* One a worker. */
struct cookie_maker {
	EVP_MAC_CTX *mac; /* keyed; NULL: closed */
};

/* Returns 0, or -1 (reported). The secret is not needed any more then. */
int cookie_maker_open(
    struct cookie_maker *, const uint8_t *secret, size_t secret_size);
void cookie_maker_close(struct cookie_maker *);
/*
 * bound: what else it is bound to, COOKIE_BOUND_MAX bytes at most. A peer of a
 * UNIX socket has no address to speak of. False: the peer has an address of
 * another kind, bound is too long, or libcrypto failed.
 */
bool cookie_make(struct cookie_maker *, enum cookie_kind,
    const struct sockaddr_storage *, const void *bound, size_t bound_size,
    uint8_t cookie[COOKIE_SIZE]);

#endif
