/*
 * One request to an HTTP server, or to the resolver, and its form as bytes: so
 * it stands on the board of what is wanted (fetch_board.h) until the fetcher
 * takes it.
 */
#ifndef FETCH_REQUEST_H
#define FETCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct textbuf;

enum fetch_kind {
	FETCH_OCSP = 1, /* RFC 6960, appendix A */
	FETCH_CRL, /* RFC 5280, section 4.2.1.13 */
	FETCH_NAMES, /* the addresses of host and port */
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
void fetch_request_encode(const struct fetch_request *, struct textbuf *);
/*
 * Fill the request, whose fields then point into the bytes. Returns false if
 * the bytes are not a request.
 */
bool fetch_request_decode(struct fetch_request *, const void *, size_t);

#endif
