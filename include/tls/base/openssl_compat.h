/*
 * What later versions of OpenSSL have replaced or removed: under one name, what
 * the version has that the program is built with. What all versions from 3.0 to
 * 4 have needs nothing here.
 */
#ifndef OPENSSL_COMPAT_H
#define OPENSSL_COMPAT_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/opensslv.h>
#include <openssl/ssl.h>

/* A library may be built without SSL 3.0; OpenSSL 4 does not know it. */
#if defined(OPENSSL_NO_SSL3_METHOD) || OPENSSL_VERSION_MAJOR >= 4
#define COMPAT_HAS_SSL3 false
#else
#define COMPAT_HAS_SSL3 true
#endif

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

static inline void
compat_session_set_time(SSL_SESSION *session, int64_t time_s)
{
#if OPENSSL_VERSION_PREREQ(3, 3)
	SSL_SESSION_set_time_ex(session, time_s);
#else
	SSL_SESSION_set_time(session, time_s);
#endif
}

/* A ClientHello in the form of SSL 2.0, within SSL_CTX_set_client_hello_cb(3).
 */
static inline bool
compat_hello_is_v2(SSL *ssl)
{
#if OPENSSL_VERSION_MAJOR >= 4
	(void)ssl;
	return false;
#else
	return SSL_client_hello_isv2(ssl) != 0;
#endif
}

#endif
