/*
 * Calls of OpenSSL that later versions have replaced: under one name, what the
 * version has that the program is built with. Calls that all versions from 3.0
 * to 4 have need nothing here.
 */
#ifndef OPENSSL_COMPAT_H
#define OPENSSL_COMPAT_H

#include <stdint.h>

#include <openssl/opensslv.h>
#include <openssl/ssl.h>

/* Seconds since 1970. */
static inline int64_t
compat_session_time(const SSL_SESSION *session)
{
#if OPENSSL_VERSION_PREREQ(3, 3)
	return SSL_SESSION_get_time_ex(session);
#else
	return SSL_SESSION_get_time(session);
#endif
}

#endif
