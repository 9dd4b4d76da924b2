#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/shlock.h"
#include "shared/fetch_board.h"

/* If a worker died before it told the fetcher, another one tells it. */
#define FETCH_TELL_MS 100
/* An answer that no worker has read yet is kept for so long. */
#define FETCH_STAY_MS 1000

/*
 * The fetcher needs no lock, so no holder of the lock can make it lose an
 * answer: only the fetcher changes an entry that is wanted or being fetched.
 * All other entries belong to the holder of the lock.
 */
enum fetch_state {
	FETCH_FREE, /* or being written */
	FETCH_WANTED,
	FETCH_RUNNING,
	FETCH_DONE,
};

struct fetch_entry {
	_Atomic uint32_t state; /* written after all other fields */
	bool good;
	bool had; /* a worker has read the answer */
	uint64_t turn; /* in the order of asking */
	uint64_t asker; /* the one that asked first */
	int64_t told_ms; /* the fetcher; CLOCK_MONOTONIC, as all times here */
	size_t request_size;
	size_t answer_size;
	int64_t done_ms;
	int64_t valid_until_ms;
	uint8_t request[FETCH_REQUEST_MAX];
};

struct fetch_board {
	struct shlock lock; /* between workers */
	uint64_t turn;
	struct fetch_entry entry[FETCH_ENTRIES];
	size_t answer_max; /* constant, as is: */
	int fd; /* of a file that has so many bytes for each entry */
};

static bool fetch_board_lock(struct fetch_board *);
static enum fetch_verdict fetch_board_look(struct fetch_board *, const void *,
    size_t, uint64_t, int64_t, struct fetch_answer *);
static bool fetch_board_is_busy(const struct fetch_board *, uint64_t);
static enum fetch_verdict fetch_board_pending(struct fetch_entry *);
static struct fetch_entry *
fetch_board_entry(struct fetch_board *, const void *, size_t);
static bool fetch_board_is_good(const struct fetch_entry *, int64_t);
static struct fetch_entry *fetch_board_room(struct fetch_board *);
static off_t
fetch_board_offset(const struct fetch_board *, const struct fetch_entry *);
static bool fetch_board_write(
    struct fetch_board *, const struct fetch_entry *, const void *, size_t);
static void fetch_board_copy(
    struct fetch_board *, const struct fetch_entry *, struct fetch_answer *);
static size_t fetch_board_read(
    struct fetch_board *, const struct fetch_entry *, void *, size_t);

size_t
fetch_board_size(void)
{
	return sizeof(struct fetch_board);
}

struct fetch_board *
fetch_board_init(void *memory, size_t answer_max)
{
	struct fetch_board *board = memory;

	board->answer_max = answer_max;
	if ((board->fd = memfd_create("fetched", MFD_CLOEXEC)) == -1) {
		log_warn("cannot make a file in memory");
		return NULL;
	}
	return shlock_init(&board->lock) == -1 ? NULL : board;
}

void
fetch_board_close(struct fetch_board *board)
{
	if (board != NULL)
		close(board->fd);
}

int
fetch_board_fd(const struct fetch_board *board)
{
	return board->fd;
}

size_t
fetch_board_answer_max(const struct fetch_board *board)
{
	return board->answer_max;
}

enum fetch_verdict
fetch_board_ask(struct fetch_board *board, const void *request, size_t size,
    uint64_t asker, int64_t since_ms, struct fetch_answer *answer)
{
	enum fetch_verdict verdict;

	if (size > FETCH_REQUEST_MAX)
		return FETCH_REFUSED;
	if (!fetch_board_lock(board))
		return FETCH_PENDING;
	verdict =
	    fetch_board_look(board, request, size, asker, since_ms, answer);
	shlock_unlock(&board->lock);
	return verdict;
}

void
fetch_answer_copy(struct fetch_answer *copy, const struct fetch_answer *answer)
{
	*copy = *answer;
	copy->data = NULL;
	if (answer->size == 0)
		return;
	if ((copy->data = malloc(answer->size)) == NULL)
		fatalx("out of memory");
	memcpy(copy->data, answer->data, answer->size);
}

void
fetch_answer_free(struct fetch_answer *answer)
{
	free(answer->data);
	memset(answer, 0, sizeof(*answer));
}

void
fetch_board_restart(struct fetch_board *board)
{
	struct fetch_entry *entry;

	for (entry = board->entry; entry < board->entry + FETCH_ENTRIES;
	     entry++)
		if (entry->state == FETCH_RUNNING)
			entry->state = FETCH_WANTED;
}

int
fetch_board_take(struct fetch_board *board, void *request, size_t *size)
{
	struct fetch_entry *entry, *first = NULL;

	for (entry = board->entry; entry < board->entry + FETCH_ENTRIES;
	     entry++)
		if (entry->state == FETCH_WANTED &&
		    (first == NULL || entry->turn < first->turn))
			first = entry;
	if (first != NULL) {
		memcpy(request, first->request, first->request_size);
		*size = first->request_size;
		first->state = FETCH_RUNNING;
	}
	return first == NULL ? -1 : (int)(first - board->entry);
}

void
fetch_board_give(struct fetch_board *board, int number,
    const struct fetch_answer *answer, int64_t valid_ms)
{
	struct fetch_entry *entry = &board->entry[number];
	size_t size = answer->size;

	if (size > board->answer_max)
		size = board->answer_max;
	if (!fetch_board_write(board, entry, answer->data, size))
		size = 0;
	entry->good = answer->good && size > 0;
	entry->answer_size = size;
	entry->done_ms = monotime_ms();
	entry->valid_until_ms = entry->done_ms + valid_ms;
	entry->state = FETCH_DONE;
}

/* After the death of a holder nothing has to be repaired: see the header. */
static bool
fetch_board_lock(struct fetch_board *board)
{
	switch (shlock_lock(&board->lock)) {
	case SHLOCK_BUSY:
		return false;
	case SHLOCK_OWNER_DIED:
		shlock_repaired(&board->lock);
		break;
	case SHLOCK_HELD:
		break;
	}
	return true;
}

static enum fetch_verdict
fetch_board_look(struct fetch_board *board, const void *request, size_t size,
    uint64_t asker, int64_t since_ms, struct fetch_answer *answer)
{
	struct fetch_entry *entry = fetch_board_entry(board, request, size);

	if (entry != NULL && entry->state != FETCH_DONE)
		return fetch_board_pending(entry);
	if (entry != NULL && fetch_board_is_good(entry, since_ms)) {
		fetch_board_copy(board, entry, answer);
		entry->had = true;
		return FETCH_ANSWERED;
	}
	if (fetch_board_is_busy(board, asker) ||
	    (entry == NULL && (entry = fetch_board_room(board)) == NULL))
		return FETCH_PENDING;
	entry->state = FETCH_FREE;
	memcpy(entry->request, request, size);
	entry->request_size = size;
	entry->turn = ++board->turn;
	entry->asker = asker;
	entry->told_ms = monotime_ms();
	entry->had = false;
	entry->state = FETCH_WANTED;
	return FETCH_ASKED;
}

/* Returns true if the asker has FETCH_ASKER_MAX fetches under way. */
static bool
fetch_board_is_busy(const struct fetch_board *board, uint64_t asker)
{
	const struct fetch_entry *entry;
	int count = 0;

	for (entry = board->entry; entry < board->entry + FETCH_ENTRIES;
	     entry++)
		count += entry->asker == asker &&
		    (entry->state == FETCH_WANTED ||
			entry->state == FETCH_RUNNING);
	return asker != 0 && count >= FETCH_ASKER_MAX;
}

static enum fetch_verdict
fetch_board_pending(struct fetch_entry *entry)
{
	int64_t now_ms = monotime_ms();

	if (entry->state != FETCH_WANTED ||
	    now_ms - entry->told_ms < FETCH_TELL_MS)
		return FETCH_PENDING;
	entry->told_ms = now_ms;
	return FETCH_ASKED;
}

static struct fetch_entry *
fetch_board_entry(struct fetch_board *board, const void *request, size_t size)
{
	struct fetch_entry *entry;

	for (entry = board->entry; entry < board->entry + FETCH_ENTRIES;
	     entry++)
		if (entry->state != FETCH_FREE && entry->request_size == size &&
		    memcmp(entry->request, request, size) == 0)
			return entry;
	return NULL;
}

static bool
fetch_board_is_good(const struct fetch_entry *entry, int64_t since_ms)
{
	return entry->state == FETCH_DONE &&
	    (entry->done_ms >= since_ms ||
		entry->valid_until_ms > monotime_ms());
}

/* Returns a free entry, or else the answer that is too old first. */
static struct fetch_entry *
fetch_board_room(struct fetch_board *board)
{
	struct fetch_entry *entry, *oldest = NULL;
	int64_t now_ms = monotime_ms();

	for (entry = board->entry; entry < board->entry + FETCH_ENTRIES;
	     entry++) {
		if (entry->state == FETCH_FREE)
			return entry;
		if (entry->state == FETCH_DONE &&
		    (entry->had || now_ms - entry->done_ms >= FETCH_STAY_MS) &&
		    (oldest == NULL ||
			entry->valid_until_ms < oldest->valid_until_ms))
			oldest = entry;
	}
	return oldest;
}

static off_t
fetch_board_offset(
    const struct fetch_board *board, const struct fetch_entry *entry)
{
	return (off_t)(entry - board->entry) * (off_t)board->answer_max;
}

/* Replaces the data. Returns false if there is no memory (reported). */
static bool
fetch_board_write(struct fetch_board *board, const struct fetch_entry *entry,
    const void *data, size_t size)
{
	off_t offset = fetch_board_offset(board, entry);
	const uint8_t *at = data;
	ssize_t n;

	(void)fallocate(board->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
	    offset, (off_t)board->answer_max);
	for (; size > 0; at += n, offset += n, size -= (size_t)n)
		if ((n = pwrite(board->fd, at, size, offset)) <= 0) {
			log_warn("cannot keep what was fetched");
			return false;
		}
	return true;
}

static void
fetch_board_copy(struct fetch_board *board, const struct fetch_entry *entry,
    struct fetch_answer *answer)
{
	bool has_it = answer->stamp == entry->turn;

	*answer =
	    (struct fetch_answer){ .good = entry->good, .stamp = entry->turn };
	if (has_it || entry->answer_size == 0)
		return;
	if ((answer->data = malloc(entry->answer_size)) == NULL)
		fatalx("out of memory");
	answer->size =
	    fetch_board_read(board, entry, answer->data, entry->answer_size);
}

static size_t
fetch_board_read(struct fetch_board *board, const struct fetch_entry *entry,
    void *data, size_t size)
{
	off_t offset = fetch_board_offset(board, entry);
	uint8_t *at = data;
	size_t done = 0;
	ssize_t n;

	while (done < size &&
	    (n = pread(
		 board->fd, at + done, size - done, offset + (off_t)done)) > 0)
		done += (size_t)n;
	return done;
}
