/*
 * One request to an HTTP server: its form as bytes, in which it goes to the
 * fetcher, and the function by which the fetcher carries it out.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/fetch_board.h"

struct config;
struct textbuf;

enum fetch_kind {
	FETCH_OCSP = 1, /* RFC 6960, appendix A */
	FETCH_CRL, /* RFC 5280, section 4.2.1.13 */
};

struct fetch_request {
	enum fetch_kind kind;
	bool use_tls; /* OCSP: https */
	bool once; /* made for one client: the answer is not shared */
	/* OCSP: parts of the URL; CRL: host is the whole URL, others empty */
	const char *host, *port, *path;
	/*
	 * In DER. body: the OCSP request; issuer: the certificate of the
	 * issuer of the certificate or of the CRL.
	 */
	const uint8_t *body, *issuer;
	size_t body_size, issuer_size;
};

/* Append the request as bytes. */
void fetch_encode(const struct fetch_request *, struct textbuf *);
/*
 * Fill the request, whose fields then point into the bytes. Returns false if
 * the bytes are not a request.
 */
bool fetch_decode(struct fetch_request *, const void *, size_t);

/*
 * Carry the request out. Blocks for as long as the server takes, within the
 * time limit of the options. The answer, which the caller frees, is the
 * response or the CRL in DER with at most size_max bytes, or the library's
 * errors as lines. Returns how long the answer may be shared, in ms.
 */
int64_t fetch_perform(const struct fetch_request *, const struct config *,
    size_t size_max, struct fetch_answer *);

#endif
