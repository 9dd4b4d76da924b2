/*
 * The revocation lists that a worker has read, so that not every handshake has
 * to. To read a large one takes seconds: a thread does that, and the loop
 * serves others meanwhile. All functions are for the thread of the loop.
 */
#ifndef CRL_CACHE_H
#define CRL_CACHE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <openssl/x509.h>

struct crl_entry;
struct fetch_answer;
struct textbuf;

struct crl_cache {
	TAILQ_HEAD(crl_entries, crl_entry)
	entries; /* the last used one first */
};

enum crl_state {
	CRL_ABSENT,
	CRL_READING, /* come again */
	CRL_READ,
};

void crl_cache_init(struct crl_cache *);
/* The stamp (fetch_board.h) of the list that there is for a request, or 0. */
uint64_t crl_cache_stamp(const struct crl_cache *, const struct textbuf *);
/*
 * Begin to read a list in DER, which is taken out of the answer. Others that
 * were not used for long make room, so that all have no more bytes than
 * bytes_max in DER.
 */
void crl_cache_put(struct crl_cache *, const struct textbuf *request,
    struct fetch_answer *, size_t bytes_max);
/* With CRL_READ the list, to be freed; NULL: it is none. */
enum crl_state
crl_cache_get(struct crl_cache *, const struct textbuf *request, X509_CRL **);

#endif
