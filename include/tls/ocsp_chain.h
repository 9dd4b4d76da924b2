/*
 * The certificates of a handshake whose status is stapled, and the responses
 * about them. From OpenSSL 3.6 on libssl takes a response for each certificate
 * of a chain; before that, only one about the server's.
 */
#ifndef OCSP_CHAIN_H
#define OCSP_CHAIN_H

#include <stdbool.h>

#include <openssl/ocsp.h>
#include <openssl/ssl.h>

struct ocsp;

/*
 * Returns true if libssl takes a response for each certificate. Otherwise only
 * ocsp_chain_count and ocsp_chain_certificate may be called.
 */
bool ocsp_chain_is_known(void);

/*
 * Returns the number of certificates: that of the server, and with -status_all
 * those of its chain, if the version of the protocol allows that.
 */
int ocsp_chain_count(SSL *, const struct ocsp *);
/* Returns one of them. The one with number 0 is that of the server. */
X509 *ocsp_chain_certificate(SSL *, int number);
/* Returns the certificate that follows it in the chain, or NULL. */
X509 *ocsp_chain_next(SSL *, int number);
/* Returns the issuer if it is in the chain, or NULL. */
X509 *ocsp_chain_issuer(SSL *, X509 *);

/* Give the handshake so many responses, which become libssl's; NULL: none. */
void ocsp_chain_give(SSL *, OCSP_RESPONSE *const *, int count);
/* Returns the number of responses that the connection has been given. */
int ocsp_chain_given(SSL *);
/* Returns the response for the certificate with this number, or NULL. */
OCSP_RESPONSE *ocsp_chain_response(SSL *, int number);

#endif
