/*
 * The cookies with which a DTLS client shows that datagrams reach it under the
 * address that it sends from (RFC 6347, section 4.2.1): a MAC of that address
 * and of what the client must not change in between, under a secret that all
 * workers share. A cookie is good in the period it was made in and in the next,
 * so it can be replaced at any time without telling anybody.
 */
#ifndef DTLS_COOKIE_H
#define DTLS_COOKIE_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define DTLS_COOKIE_SIZE     20 /* as the stock program's */
#define DTLS_COOKIE_PERIOD_S 60

/* One a worker. */
struct dtls_cookies {
	EVP_MAC_CTX *mac; /* keyed */
};

/* Returns 0, or -1 (reported). The secret is not needed any more then. */
int dtls_cookie_open(
    struct dtls_cookies *, const uint8_t *secret, size_t secret_size);
void dtls_cookie_close(struct dtls_cookies *);
/*
 * fixed: the ClientHello's version, random and session id (dtls_hello.h).
 * now_s: of a clock that all workers share. False: the peer has no internet
 * address, fixed is too long, or libcrypto failed.
 */
bool dtls_cookie_make(struct dtls_cookies *, const struct sockaddr_storage *,
    const uint8_t *fixed, size_t fixed_size, int64_t now_s,
    uint8_t cookie[DTLS_COOKIE_SIZE]);
/* Takes as long whether or not the cookie is right. */
bool dtls_cookie_good(struct dtls_cookies *, const struct sockaddr_storage *,
    const uint8_t *fixed, size_t fixed_size, int64_t now_s,
    const uint8_t *cookie, size_t cookie_size);

#endif
