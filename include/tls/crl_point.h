/*
 * Where a certificate says that its issuer's revocation list can be had
 * (RFC 5280, sections 4.2.1.13 and 4.2.1.15).
 */
#ifndef CRL_POINT_H
#define CRL_POINT_H

#include <stdbool.h>

#include <openssl/x509.h>

struct textbuf;

/*
 * What has to be fetched, as bytes for the fetcher: the list of the first
 * distribution point with an http URL; extension is
 * NID_crl_distribution_points, or NID_freshest_crl for a delta. The issuer, of
 * which a good list is, may be NULL. False: the certificate names none.
 */
bool
crl_point_request(X509 *, int extension, X509 *issuer, struct textbuf *request);

#endif
