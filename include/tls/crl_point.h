/*
 * The places where a certificate says that the revocation list of its issuer
 * can be fetched (RFC 5280, sections 4.2.1.13 and 4.2.1.15).
 */
#ifndef CRL_POINT_H
#define CRL_POINT_H

#include <stdbool.h>

#include <openssl/x509.h>

struct textbuf;

/*
 * Make a request for the fetcher, as bytes: for the list at the first
 * distribution point with an http URL. extension: NID_crl_distribution_points,
 * or NID_freshest_crl for a delta list. issuer: the certificate whose key must
 * have signed the list, or NULL. Returns false if the certificate names no such
 * URL.
 */
bool
crl_point_request(X509 *, int extension, X509 *issuer, struct textbuf *request);

#endif
