/*
 * -crl_download: revocation lists of clients' certificates come from where
 * these say. The verification that needs one is part of a job (async.h), which
 * is left until the fetcher has it; so only handshakes can wait. What comes
 * later, a renegotiation or an authentication after the handshake, takes a list
 * that is there already.
 */
#ifndef CRL_DOWNLOAD_H
#define CRL_DOWNLOAD_H

struct tls_context;

/* For the stores of -verifyCAfile and its kin, as in the stock program. */
void crl_download_install(const struct tls_context *);

#endif
