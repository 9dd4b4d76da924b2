/*
 * -status: the status of the server's certificate, which is stapled to the
 * handshake of a client that asks for it (RFC 6066, section 8; RFC 6960).
 * -status_all: the status of each certificate of its chain, too.
 *
 * The callers of this module get the answers of responders; this module never
 * waits for one.
 */
#ifndef OCSP_H
#define OCSP_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include "tls/ocsp_file.h"

struct config;
struct fetch_answer;
struct textbuf;

struct ocsp {
	const struct config *config;
	/* The parts of -status_url; host NULL: not given. Owned. */
	char *host, *port, *path;
	int use_tls;
	struct ocsp_files files; /* -status_file */
	bool each; /* libssl takes a response for each certificate */
};

/* Returns 0, or -1 (reported). */
int ocsp_open(struct ocsp *, const struct config *);
/* Does nothing if all fields are zero. */
void ocsp_close(struct ocsp *);

/*
 * Make the request about this certificate for the fetcher, as bytes. Returns
 * false if no request is needed or no responder is known. Prints nothing.
 */
bool ocsp_request(SSL *, const struct ocsp *, X509 *, struct textbuf *);

/*
 * Finds the answer to such a request, which the caller frees. Returns false if
 * there is none.
 */
typedef bool
ocsp_find(const struct textbuf *request, struct fetch_answer *, void *arg);

/*
 * Staple the answers for the certificates of this handshake, and print what the
 * stock program prints. May be called only from a callback of
 * SSL_CTX_set_tlsext_status_cb(3), which returns its result.
 */
int ocsp_staple(SSL *, const struct ocsp *, ocsp_find *, void *arg);

#endif
