/*
 * Requests of workers and the answers to them, in shared memory. Any worker may
 * ask, the fetcher carries the requests out, and all workers may read an answer
 * until it is too old. This module stores bytes and knows nothing of HTTP.
 *
 * Answers may be large, but most are small. So they are kept in a file in
 * memory, which takes up no more than the answers have.
 *
 * A worker or the fetcher may be killed at any instruction, also while it holds
 * the lock: an entry that is being written counts as free until it is whole.
 */
#ifndef FETCH_BOARD_H
#define FETCH_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetch_board;

#define FETCH_ENTRIES 32
/* The fetches that one asker may have under way at the same time. */
#define FETCH_ASKER_MAX	  4
#define FETCH_REQUEST_MAX (8 * 1024)
/* Bytes of an answer: more than libcrypto takes of OCSP (100 KiB). */
#define FETCH_ANSWER_OCSP (104 * 1024)

/* What was fetched; or, if not good, lines of text that tell why not. */
struct fetch_answer {
	bool good;
	/*
	 * The number of this answer, never 0. A caller that asks passes the
	 * stamp of the answer that it has, and gets that one without data.
	 */
	uint64_t stamp;
	uint8_t *data; /* owned; NULL: nothing */
	size_t size;
};

enum fetch_verdict {
	FETCH_ASKED, /* the request is new: the fetcher must be told */
	FETCH_PENDING, /* asked before, or no room to ask: ask again later */
	FETCH_ANSWERED,
	FETCH_REFUSED, /* the request is too long */
};

size_t fetch_board_size(void);
/*
 * answer_max: bytes of the largest answer. Returns NULL if the board cannot be
 * made (reported).
 */
struct fetch_board *fetch_board_init(void *, size_t answer_max);
void fetch_board_close(struct fetch_board *);
/* Returns the descriptor of the file, which every process must keep open. */
int fetch_board_fd(const struct fetch_board *);
size_t fetch_board_answer_max(const struct fetch_board *);

/*
 * Called by a worker. The size bytes are the whole request; the same bytes get
 * the same answer. An answer that came after since_ms (of monotime_ms) is
 * returned even if its time is over, so that a caller that has waited for it
 * sees it. The answer is set only with FETCH_ANSWERED, and the caller frees it.
 *
 * asker is a number for the peer that causes the request. An asker that has
 * FETCH_ASKER_MAX fetches under way gets FETCH_PENDING for another one. 0:
 * there is no such limit.
 */
enum fetch_verdict fetch_board_ask(struct fetch_board *, const void *request,
    size_t size, uint64_t asker, int64_t since_ms, struct fetch_answer *);
/* Copy an answer with its data. The caller frees the copy. */
void fetch_answer_copy(struct fetch_answer *, const struct fetch_answer *);
void fetch_answer_free(struct fetch_answer *);

/*
 * The rest is for the fetcher, of which there is one. It never waits for a
 * worker.
 *
 * Called by a new fetcher: the requests that the one before was at work on wait
 * again.
 */
void fetch_board_restart(struct fetch_board *);
/*
 * Copy the request that has waited longest, to a place of FETCH_REQUEST_MAX
 * bytes. Returns the number of its entry, or -1 if no request waits.
 */
int fetch_board_take(struct fetch_board *, void *request, size_t *size);
/* Give the answer to the entry of this number, which is good for so long. */
void fetch_board_give(struct fetch_board *, int number,
    const struct fetch_answer *, int64_t valid_ms);

#endif
