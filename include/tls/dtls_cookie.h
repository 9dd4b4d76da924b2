/*
 * The cookies of a DTLS client (RFC 6347, section 4.2.1), bound to its address
 * and to what its ClientHello must not change. A cookie is good in the period
 * it was made in and in the next, so it can be replaced at any time without
 * telling anybody.
 */
#ifndef DTLS_COOKIE_H
#define DTLS_COOKIE_H

#include "tls/cookie.h"

#define DTLS_COOKIE_SIZE     COOKIE_SIZE
#define DTLS_COOKIE_PERIOD_S 60

/*
 * fixed: the ClientHello's version, random and session id (dtls_hello.h).
 * now_s: of a clock that all workers share. False: the peer has no internet
 * address, fixed is too long, or libcrypto failed.
 */
bool dtls_cookie_make(struct cookie_maker *, const struct sockaddr_storage *,
    const uint8_t *fixed, size_t fixed_size, int64_t now_s,
    uint8_t cookie[DTLS_COOKIE_SIZE]);
/* Takes as long whether or not the cookie is right. */
bool dtls_cookie_good(struct cookie_maker *, const struct sockaddr_storage *,
    const uint8_t *fixed, size_t fixed_size, int64_t now_s,
    const uint8_t *cookie, size_t cookie_size);

#endif
