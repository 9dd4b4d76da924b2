/*
 * One request to an HTTP server, as bytes that travel to the fetcher, and how
 * it is carried out there.
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
	bool once; /* made for one client: nobody else gets the answer */
	/* OCSP: of the URL; CRL: host is all of it, the others empty. */
	const char *host, *port, *path;
	/* OCSP: the request; who issued the certificate or the CRL; in DER. */
	const uint8_t *body, *issuer;
	size_t body_size, issuer_size;
};

/* Append it as bytes. */
void fetch_encode(const struct fetch_request *, struct textbuf *);
/* The result points into the bytes. False: these are no request. */
bool fetch_decode(struct fetch_request *, const void *, size_t);

/*
 * Carry it out; blocks, for as long as the server and the options let it. The
 * answer is the response or the CRL in DER, of size_max bytes at most, or the
 * library's errors as lines; to be freed. Returns for how many ms it may be
 * shared.
 */
int64_t fetch_perform(const struct fetch_request *, const struct config *,
    size_t size_max, struct fetch_answer *);

#endif
