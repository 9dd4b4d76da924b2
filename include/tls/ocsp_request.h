/* The request to a responder about one certificate (RFC 6960). */
#ifndef OCSP_REQUEST_H
#define OCSP_REQUEST_H

#include <openssl/ssl.h>

#include "shared/fetch_request.h"

struct ocsp;
struct textbuf;

/* The result of making a request. */
enum ocsp_made {
	OCSP_MADE,
	OCSP_NOBODY, /* no responder or no issuer: the handshake goes on */
	OCSP_BROKEN, /* the handshake ends, as in the stock program */
};

/* A request that is being made; all zero before. */
struct ocsp_draft {
	struct fetch_request fetch;
	char *url; /* from the certificate; NULL: no usable one; owned */
	char *host, *port, *path; /* the parts of this URL; owned */
	const char *trouble; /* the stock program's message; NULL: none */
};

/*
 * Make the request as bytes for the fetcher. The caller frees the draft. Prints
 * nothing; the reason of OCSP_BROKEN is in the error queue.
 */
enum ocsp_made ocsp_draft_make(
    struct ocsp_draft *, SSL *, const struct ocsp *, X509 *, struct textbuf *);
void ocsp_draft_free(struct ocsp_draft *);

#endif
