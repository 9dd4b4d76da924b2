/*
 * -crl_download: revocation lists of clients' certificates come from where
 * these say. The verification that needs one is part of a job (async.h), which
 * is left until the fetcher has it; so only handshakes can wait. What comes
 * later, a renegotiation or an authentication after the handshake, takes a list
 * that is there already.
 */
#ifndef CRL_DOWNLOAD_H
#define CRL_DOWNLOAD_H

#include <sys/socket.h>

#include <stdbool.h>

#include <openssl/ssl.h>

struct async;
struct services;
struct tls_context;

/* Part of each connection; all zero without -crl_download. */
struct crl_download {
	const struct services *services;
	struct async *async; /* the job that is left meanwhile */
	const struct sockaddr_storage *peer; /* on whose account lists come */
	bool leaving; /* the connection ends: it waits for nothing more */
};

/* For the stores of -verifyCAfile and its kin, as in the stock program. */
void crl_download_install(const struct tls_context *);
/* In a worker, for a new SSL. The three must outlive it. */
void crl_download_attach(struct crl_download *, SSL *, const struct services *,
    struct async *, const struct sockaddr_storage *peer);

#endif
