#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "shared/fetch_board.h"
#include "waiting/crl_cache.h"

/* A smaller list is read and freed at once, which takes some milliseconds. */
#define CRL_CACHE_SMALL (128 * 1024)

struct crl_entry {
	TAILQ_ENTRY(crl_entry) entry;
	struct textbuf request;
	uint64_t stamp;
	uint8_t *der; /* owned; until the list is read */
	size_t size;
	X509_CRL *crl; /* owned; NULL: the data was no list */
	atomic_bool read; /* reading is done */
};

static struct crl_entry *
crl_cache_find(const struct crl_cache *, const struct textbuf *);
static void crl_cache_make_room(struct crl_cache *, size_t);
static void crl_cache_drop(struct crl_cache *, struct crl_entry *);
static void crl_cache_run(void *(*)(void *), struct crl_entry *);
static void *crl_entry_read(void *);
static void *crl_entry_free(void *);

void
crl_cache_init(struct crl_cache *cache)
{
	TAILQ_INIT(&cache->entries);
}

uint64_t
crl_cache_stamp(const struct crl_cache *cache, const struct textbuf *request)
{
	const struct crl_entry *entry = crl_cache_find(cache, request);

	return entry != NULL ? entry->stamp : 0;
}

void
crl_cache_put(struct crl_cache *cache, const struct textbuf *request,
    struct fetch_answer *answer, size_t bytes_max)
{
	struct crl_entry *entry = crl_cache_find(cache, request);

	/* Another handshake was first, or the old list is still being read. */
	if (entry != NULL &&
	    (entry->stamp == answer->stamp || !atomic_load(&entry->read)))
		return;
	if (entry != NULL)
		crl_cache_drop(cache, entry);
	crl_cache_make_room(
	    cache, bytes_max > answer->size ? bytes_max - answer->size : 0);
	if ((entry = calloc(1, sizeof(*entry))) == NULL)
		fatalx("out of memory");
	textbuf_init(&entry->request);
	textbuf_append(&entry->request, request->data, request->size);
	entry->stamp = answer->stamp;
	entry->der = answer->data;
	entry->size = answer->size;
	answer->data = NULL;
	answer->size = 0;
	TAILQ_INSERT_HEAD(&cache->entries, entry, entry);
	crl_cache_run(crl_entry_read, entry);
}

enum crl_state
crl_cache_get(
    struct crl_cache *cache, const struct textbuf *request, X509_CRL **crl)
{
	struct crl_entry *entry = crl_cache_find(cache, request);

	if (entry == NULL)
		return CRL_ABSENT;
	if (!atomic_load(&entry->read))
		return CRL_READING;
	TAILQ_REMOVE(&cache->entries, entry, entry);
	TAILQ_INSERT_HEAD(&cache->entries, entry, entry);
	*crl = entry->crl;
	if (*crl != NULL)
		X509_CRL_up_ref(*crl);
	return CRL_READ;
}

static struct crl_entry *
crl_cache_find(const struct crl_cache *cache, const struct textbuf *request)
{
	struct crl_entry *entry;

	TAILQ_FOREACH (entry, &cache->entries, entry)
		if (entry->request.size == request->size &&
		    memcmp(entry->request.data, request->data, request->size) ==
			0)
			return entry;
	return NULL;
}

/* Drop lists until all have at most so many bytes; none that is being read. */
static void
crl_cache_make_room(struct crl_cache *cache, size_t bytes_max)
{
	struct crl_entry *entry, *previous;
	size_t bytes = 0, count = 1;

	TAILQ_FOREACH (entry, &cache->entries, entry) {
		bytes += entry->size;
		count++;
	}
	for (entry = TAILQ_LAST(&cache->entries, crl_entries);
	     entry != NULL && (bytes > bytes_max || count > FETCH_ENTRIES);
	     entry = previous) {
		previous = TAILQ_PREV(entry, crl_entries, entry);
		if (!atomic_load(&entry->read))
			continue;
		bytes -= entry->size;
		count--;
		crl_cache_drop(cache, entry);
	}
}

static void
crl_cache_drop(struct crl_cache *cache, struct crl_entry *entry)
{
	TAILQ_REMOVE(&cache->entries, entry, entry);
	textbuf_free(&entry->request);
	crl_cache_run(crl_entry_free, entry);
}

/*
 * Call run, in a thread of its own if that takes long. The thread blocks all
 * signals, which are for the loop.
 */
static void
crl_cache_run(void *(*run)(void *), struct crl_entry *entry)
{
	sigset_t all, before;
	pthread_t thread;
	bool began = false;

	if (entry->size > CRL_CACHE_SMALL) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		began = pthread_create(&thread, NULL, run, entry) == 0;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	if (began)
		pthread_detach(thread);
	else
		run(entry);
}

static void *
crl_entry_read(void *arg)
{
	struct crl_entry *entry = arg;
	const unsigned char *der = entry->der;
	X509_REVOKED *revoked;
	ASN1_INTEGER *number = ASN1_INTEGER_new();

	entry->crl = d2i_X509_CRL(NULL, &der, (long)entry->size);
	/* The first search sorts the list. */
	if (entry->crl != NULL && number != NULL)
		X509_CRL_get0_by_serial(entry->crl, &revoked, number);
	ASN1_INTEGER_free(number);
	free(entry->der);
	entry->der = NULL;
	atomic_store(&entry->read, true);
	return NULL;
}

static void *
crl_entry_free(void *arg)
{
	struct crl_entry *entry = arg;

	X509_CRL_free(entry->crl);
	free(entry);
	return NULL;
}
