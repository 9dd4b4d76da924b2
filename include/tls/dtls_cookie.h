/*
 * The cookies of DTLS clients (RFC 6347, section 4.2.1). A cookie is bound to
 * the client's address and to the fields of its ClientHello that must stay the
 * same. It is valid in the period in which it was made and in the next one.
 */
#ifndef DTLS_COOKIE_H
#define DTLS_COOKIE_H

#include "tls/cookie.h"

#define DTLS_COOKIE_SIZE     COOKIE_SIZE
#define DTLS_COOKIE_PERIOD_S 60

/*
 * Make a cookie. fixed: the ClientHello's version, random and session ID
 * (dtls_hello.h). now_s: the time of a clock that all workers share. Returns
 * false if the address is neither IPv4 nor IPv6, if fixed is too long or if
 * libcrypto failed.
 */
bool dtls_cookie_make(struct cookie_maker *, const struct sockaddr_storage *,
    const uint8_t *fixed, size_t fixed_size, int64_t now_s,
    uint8_t cookie[DTLS_COOKIE_SIZE]);
/* Returns whether the cookie is valid; takes the same time in both cases. */
bool dtls_cookie_good(struct cookie_maker *, const struct sockaddr_storage *,
    const uint8_t *fixed, size_t fixed_size, int64_t now_s,
    const uint8_t *cookie, size_t cookie_size);

#endif
