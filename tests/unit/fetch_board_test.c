/*
 * Requests of workers and answers of the fetcher: fetch_board.h.
 */
#include <assert.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foundation/shlock.h"
#include "shared/fetch_board.h"

/* The time that is given to the board. */
static int64_t now_ms = 1000;
/* The workers that ask. */
static uint64_t test_asker;

int64_t unit_monotime_ms(void);

static struct fetch_board *test_board(void);
static enum fetch_verdict
test_ask(struct fetch_board *, const char *, int64_t, const char *);
static int test_take(struct fetch_board *, const char *);
static void test_give(struct fetch_board *, int, const char *, int64_t);
static void test_one_request(void);
static void test_validity(void);
static void test_full(void);
static void test_restart(void);
static void test_told_again(void);
static void test_askers(void);
static void test_stopped(void);

int
main(void)
{
	test_one_request();
	test_validity();
	test_full();
	test_restart();
	test_told_again();
	test_askers();
	test_stopped();
	puts("ok");
	return 0;
}

int64_t
unit_monotime_ms(void)
{
	return now_ms;
}

static struct fetch_board *
test_board(void)
{
	void *memory = calloc(1, fetch_board_size());

	if (memory == NULL)
		err(1, NULL);
	return fetch_board_init(memory, FETCH_ANSWER_OCSP);
}

/* expected: the answer, or NULL if there must be none. */
static enum fetch_verdict
test_ask(struct fetch_board *board, const char *request, int64_t since_ms,
    const char *expected)
{
	struct fetch_answer answer = { .stamp = 0 };
	enum fetch_verdict verdict;

	verdict = fetch_board_ask(
	    board, request, strlen(request), test_asker, since_ms, &answer);
	if (verdict != FETCH_ANSWERED)
		return verdict;
	assert(expected != NULL && answer.good);
	assert(answer.size == strlen(expected) &&
	    memcmp(answer.data, expected, answer.size) == 0);
	fetch_answer_free(&answer);
	return verdict;
}

static int
test_take(struct fetch_board *board, const char *expected)
{
	char request[FETCH_REQUEST_MAX];
	size_t size;
	int entry = fetch_board_take(board, request, &size);

	assert(entry != -1);
	assert(
	    size == strlen(expected) && memcmp(request, expected, size) == 0);
	return entry;
}

static void
test_give(
    struct fetch_board *board, int entry, const char *text, int64_t valid_ms)
{
	struct fetch_answer answer = {
		.good = true,
		.data = (uint8_t *)(uintptr_t)text,
		.size = strlen(text),
	};

	fetch_board_give(board, entry, &answer, valid_ms);
}

/* Two workers make the same request, a third worker another one. */
static void
test_one_request(void)
{
	struct fetch_board *board = test_board();
	char request[FETCH_REQUEST_MAX];
	size_t size;
	int first, second;

	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	assert(test_ask(board, "b", now_ms, NULL) == FETCH_ASKED);
	first = test_take(board, "a");
	second = test_take(board, "b");
	assert(fetch_board_take(board, request, &size) == -1);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	test_give(board, second, "of b", 100);
	assert(test_ask(board, "b", now_ms, "of b") == FETCH_ANSWERED);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	test_give(board, first, "of a", 100);
	assert(test_ask(board, "a", now_ms, "of a") == FETCH_ANSWERED);
	free(board);
}

/* An answer that is not shared is only for the workers that waited for it. */
static void
test_validity(void)
{
	struct fetch_board *board = test_board();
	int64_t asked_ms = now_ms;

	assert(test_ask(board, "a", asked_ms, NULL) == FETCH_ASKED);
	now_ms += 50;
	test_give(board, test_take(board, "a"), "once", 0);
	now_ms += 50;
	assert(test_ask(board, "a", asked_ms, "once") == FETCH_ANSWERED);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	test_give(board, test_take(board, "a"), "short", 100);
	now_ms += 99;
	assert(test_ask(board, "a", now_ms, "short") == FETCH_ANSWERED);
	now_ms += 1;
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	free(board);
}

/* Entries that are being fetched stay; of the answers the oldest is dropped. */
static void
test_full(void)
{
	struct fetch_board *board = test_board();
	char request[16], large[FETCH_REQUEST_MAX + 2];
	int i;

	for (i = 0; i < FETCH_ENTRIES; i++) {
		snprintf(request, sizeof(request), "%d", i);
		assert(test_ask(board, request, now_ms, NULL) == FETCH_ASKED);
	}
	assert(test_ask(board, "more", now_ms, NULL) == FETCH_PENDING);
	test_give(board, test_take(board, "0"), "long", 3000);
	test_give(board, test_take(board, "1"), "short", 2000);
	/* No worker has read them yet. */
	now_ms += 999;
	assert(test_ask(board, "more", now_ms, NULL) == FETCH_PENDING);
	now_ms++;
	assert(test_ask(board, "more", now_ms, NULL) == FETCH_ASKED);
	assert(test_ask(board, "0", now_ms, "long") == FETCH_ANSWERED);
	assert(test_ask(board, "2nd", now_ms, NULL) == FETCH_ASKED);
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert(test_ask(board, large, now_ms, NULL) == FETCH_REFUSED);
	free(board);
}

/* The next fetcher fetches what a fetcher that died was fetching. */
static void
test_restart(void)
{
	struct fetch_board *board = test_board();

	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	test_take(board, "a");
	fetch_board_restart(board);
	test_give(board, test_take(board, "a"), "again", 100);
	assert(test_ask(board, "a", now_ms, "again") == FETCH_ANSWERED);
	free(board);
}

/* The worker that asked dies before the fetcher sees its request. */
static void
test_told_again(void)
{
	struct fetch_board *board = test_board();

	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	now_ms += 99;
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	now_ms += 1;
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	test_take(board, "a");
	now_ms += 100;
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	free(board);
}

/* A worker that is stopped with the lock does not stop the fetcher. */
static void
test_stopped(void)
{
	size_t size = fetch_board_size();
	struct fetch_board *board;
	void *memory;
	pid_t pid;
	int status;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		err(1, NULL);
	board = fetch_board_init(memory, FETCH_ANSWER_OCSP);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_ASKED);
	if ((pid = fork()) == 0) {
		/* The board begins with the lock. */
		shlock_lock(memory);
		raise(SIGSTOP);
	}
	assert(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	test_take(board, "a");
	fetch_board_restart(board);
	test_give(board, test_take(board, "a"), "of a", 100);
	kill(pid, SIGKILL);
	assert(waitpid(pid, &status, 0) == pid);
	assert(test_ask(board, "a", now_ms, "of a") == FETCH_ANSWERED);
	munmap(memory, size);
}

/* A worker waits for its own request; other workers do not wait for it. */
static void
test_askers(void)
{
	struct fetch_board *board = test_board();
	char name[2] = "a";
	int entry;

	test_asker = 7;
	for (; *name < 'a' + FETCH_ASKER_MAX; ++*name)
		assert(test_ask(board, name, now_ms, NULL) == FETCH_ASKED);
	assert(test_ask(board, "x", now_ms, NULL) == FETCH_PENDING);
	assert(test_ask(board, "a", now_ms, NULL) == FETCH_PENDING);
	/* A request that another worker has made does not count. */
	test_asker = 8;
	assert(test_ask(board, "x", now_ms, NULL) == FETCH_ASKED);
	test_asker = 7;
	entry = test_take(board, "a");
	assert(test_ask(board, "y", now_ms, NULL) == FETCH_PENDING);
	test_give(board, entry, "of a", 1000);
	assert(test_ask(board, "y", now_ms, NULL) == FETCH_ASKED);
	assert(test_ask(board, "a", now_ms, "of a") == FETCH_ANSWERED);
	assert(test_ask(board, "z", now_ms, NULL) == FETCH_PENDING);
	test_asker = 0;
	for (*name = 'p'; *name < 'p' + 2 * FETCH_ASKER_MAX; ++*name)
		assert(test_ask(board, name, now_ms, NULL) == FETCH_ASKED);
	free(board);
}
