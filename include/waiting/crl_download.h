/*
 * -crl_download: the fetcher gets the revocation lists of clients' certificates
 * from the places that the certificates name. A verification that needs a list
 * is part of a job (async.h), which is paused until the list is there. So only
 * handshakes can wait: a renegotiation, or an authentication after the
 * handshake, must do with the lists that are there.
 */
#ifndef CRL_DOWNLOAD_H
#define CRL_DOWNLOAD_H

#include <sys/socket.h>

#include <stdbool.h>

#include <openssl/ssl.h>

struct async;
struct services;
struct tls_context;

/* Part of each link; all zero without -crl_download. */
struct crl_download {
	const struct services *services;
	struct async *async; /* the job to pause meanwhile */
	const struct sockaddr_storage *peer; /* lists are fetched for it */
	bool leaving; /* the connection ends, so do not wait */
};

/*
 * Set the callback in the stores of -verifyCAfile and the like, as the stock
 * program does.
 */
void crl_download_install(const struct tls_context *);
/* For a new SSL, in a worker. The other arguments must outlive the SSL. */
void crl_download_attach(struct crl_download *, SSL *, const struct services *,
    struct async *, const struct sockaddr_storage *peer);

#endif
