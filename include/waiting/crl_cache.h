/*
 * The revocation lists that a worker has read, so that not every handshake
 * reads them again. A large list takes seconds, so a thread reads it while the
 * loop serves others. Only the thread of the loop may call these functions.
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
	CRL_READING, /* ask again later */
	CRL_READ,
};

void crl_cache_init(struct crl_cache *);
/* Returns the stamp (fetch_board.h) of the list for this request, or 0. */
uint64_t crl_cache_stamp(const struct crl_cache *, const struct textbuf *);
/*
 * Begin to read a list in DER, and take its data out of the answer. The lists
 * that were not used for longest make room, so that all lists together have at
 * most bytes_max bytes of DER.
 */
void crl_cache_put(struct crl_cache *, const struct textbuf *request,
    struct fetch_answer *, size_t bytes_max);
/* After CRL_READ the caller must free the list; NULL: the data was no list. */
enum crl_state
crl_cache_get(struct crl_cache *, const struct textbuf *request, X509_CRL **);

#endif
