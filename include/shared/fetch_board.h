/*
 * What workers want to have fetched and what came of it, in shared memory:
 * requests from any worker, carried out by the fetcher, the answers there for
 * all until they are too old. It stores bytes and knows nothing of HTTP.
 *
 * Answers may be large and mostly are not: they are in a file in memory, which
 * takes what they have and no more.
 *
 * A worker or the fetcher may be killed at any instruction, also with the lock:
 * an entry that is being written counts as free until it is whole.
 */
#ifndef FETCH_BOARD_H
#define FETCH_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetch_board;

#define FETCH_ENTRIES 32
/* What one asker may have fetched at the same time. */
#define FETCH_ASKER_MAX	  4
#define FETCH_REQUEST_MAX (8 * 1024)
/* Bytes of an answer: more than libcrypto takes of OCSP (100 KiB). */
#define FETCH_ANSWER_OCSP (104 * 1024)

/* What was fetched, or, if not good, why it could not be: lines of text. */
struct fetch_answer {
	bool good;
	/*
	 * Which one it is, never 0. Whoever asks says which he has: that comes
	 * without its data.
	 */
	uint64_t stamp;
	uint8_t *data; /* owned; NULL: nothing */
	size_t size;
};

enum fetch_verdict {
	FETCH_ASKED, /* it waits for the fetcher: tell that */
	FETCH_PENDING, /* asked already, or no room to ask: come again */
	FETCH_ANSWERED,
	FETCH_REFUSED, /* too long */
};

/* answer_max: of each answer, in bytes. */
size_t fetch_board_size(void);
/* Returns NULL if it cannot be made (reported). */
struct fetch_board *fetch_board_init(void *, size_t answer_max);
void fetch_board_close(struct fetch_board *);
/* The descriptor of the file, which every process has to keep. */
int fetch_board_fd(const struct fetch_board *);
size_t fetch_board_answer_max(const struct fetch_board *);

/*
 * A worker asks; size bytes are the whole of the request, and the same request
 * gets the same answer. One that came since then (monotime_ms) will do however
 * short its life is, so that who waits for it sees it. The answer is set only
 * with FETCH_ANSWERED, and to be freed.
 *
 * The asker is any number for whom it is; one who has FETCH_ASKER_MAX fetches
 * under way has no room for more. 0: nobody who has to be bounded.
 */
enum fetch_verdict fetch_board_ask(struct fetch_board *, const void *request,
    size_t size, uint64_t asker, int64_t since_ms, struct fetch_answer *);
/* To be freed as well. */
void fetch_answer_copy(struct fetch_answer *, const struct fetch_answer *);
void fetch_answer_free(struct fetch_answer *);

/*
 * The fetcher, of which there is one: it never waits for a worker.
 *
 * A new one: what the one before was at is wanted again.
 */
void fetch_board_restart(struct fetch_board *);
/*
 * The request that has waited longest, copied to a place of
 * FETCH_REQUEST_MAX bytes. Returns its entry, or -1: none.
 */
int fetch_board_take(struct fetch_board *, void *request, size_t *size);
/* What became of the entry of this number, good for so long. */
void fetch_board_give(struct fetch_board *, int number,
    const struct fetch_answer *, int64_t valid_ms);

#endif
