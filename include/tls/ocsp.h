/*
 * -status: the status of the server's certificate, stapled to the handshake of
 * a client that asks for it (RFC 6066, section 8; RFC 6960).
 *
 * What a responder says comes from whoever calls; nothing here waits for it.
 */
#ifndef OCSP_H
#define OCSP_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;
struct fetch_answer;
struct textbuf;

struct ocsp {
	const struct config *config;
	/* Of -status_url; host NULL: not given. Owned. */
	char *host, *port, *path;
	int use_tls;
	/* What is in -status_file, in DER; NULL: not given. Owned. */
	unsigned char *file;
	int file_size;
};

/* Returns 0, or -1 (reported). */
int ocsp_open(struct ocsp *, const struct config *);
/* Does nothing if all is zero. */
void ocsp_close(struct ocsp *);

/*
 * What a responder has to be asked about this certificate, as bytes for the
 * fetcher. False: nothing, or nobody could be asked. Says nothing.
 */
bool ocsp_request(SSL *, const struct ocsp *, X509 *, struct textbuf *);

/* The answer to such a request, to be freed; false: there is none. */
typedef bool
ocsp_find(const struct textbuf *request, struct fetch_answer *, void *arg);

/*
 * To be called from a callback of SSL_CTX_set_tlsext_status_cb(3), whose
 * result it returns: staple what there is for the certificate of the handshake,
 * with the stock program's words.
 */
int ocsp_staple(SSL *, const struct ocsp *, ocsp_find *, void *arg);

#endif
