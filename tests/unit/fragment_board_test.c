/*
 * Fragments put and taken by several processes, some of which are killed or
 * stopped.
 *
 *	fragment_board_test [ROUNDS [SEED]]
 */
#include <signal.h>

#include "shared/fragment_board.h"
#include "unit.h"

#define SLOTS  4
#define NOBODY FRAGMENT_BOARD_NOBODY
#define NOW    INT64_C(123456789)
#define KEPT   FRAGMENT_BOARD_KEPT_MS

static uint64_t rounds, seed;
static struct fragments out;
static const uint8_t mark[FRAGMENT_MARK] = "of the owner";

static struct fragment_board *
board_new(void)
{
	struct fragment_board *board =
	    fragment_board_init(unit_share(fragment_board_size(SLOTS)), SLOTS);

	CHECK(board != NULL);
	return board;
}

static struct fragment_key
key_of(unsigned number)
{
	struct fragment_key key = { 0 };

	memcpy(key.bytes, &number, sizeof(number));
	return key;
}

static uint32_t
put(struct fragment_board *board, unsigned word, uint32_t offset,
    const char *text, int64_t now_ms)
{
	struct fragment fragment = { offset, (const uint8_t *)text,
		strlen(text) };
	struct fragment_key key = key_of(word);

	return fragment_board_put(board, &key, &fragment, now_ms);
}

/* Joins the pieces that were copied out. */
static bool
out_is(const char *text)
{
	static char joined[FRAGMENT_BOARD_BYTES + 1];
	struct fragment fragment;
	size_t at = 0, size = 0;

	while (fragments_next(&out, &at, &fragment)) {
		memcpy(joined + size, fragment.data, fragment.size);
		size += fragment.size;
	}
	joined[size] = '\0';
	return strcmp(joined, text) == 0;
}

static bool
claim_finds(struct fragment_board *board, unsigned word, uint32_t slot,
    int64_t now_ms, const char *text)
{
	struct fragment_key key = key_of(word);

	fragment_board_claim(board, &key, slot, mark, now_ms, &out);
	return out_is(text);
}

static bool
collect_finds(struct fragment_board *board, uint32_t slot, int64_t now_ms,
    unsigned word, const char *text)
{
	struct fragment_key key, expected = key_of(word);
	uint8_t its[FRAGMENT_MARK];

	return fragment_board_collect(board, slot, now_ms, &key, its, &out) &&
	    memcmp(&key, &expected, sizeof(key)) == 0 &&
	    memcmp(its, mark, sizeof(mark)) == 0 && out_is(text);
}

static bool
collect_finds_nothing(struct fragment_board *board, uint32_t slot, int64_t now)
{
	struct fragment_key key;
	uint8_t its[FRAGMENT_MARK];

	return !fragment_board_collect(board, slot, now, &key, its, &out);
}

static bool
look_finds(struct fragment_board *board, unsigned word, uint32_t below,
    int64_t now_ms, const char *text)
{
	struct fragment_key key = key_of(word);

	fragment_board_look(board, &key, below, now_ms, &out);
	return out_is(text);
}

static void
test_what_came_before_and_after_the_claim(void)
{
	struct fragment_board *board = board_new();

	CHECK(put(board, 1, 10, "a", NOW) == NOBODY);
	CHECK(put(board, 2, 0, "x", NOW) == NOBODY);
	CHECK(put(board, 1, 0, "b", NOW) == NOBODY);
	CHECK(collect_finds_nothing(board, 3, NOW));
	CHECK(claim_finds(board, 1, 3, NOW, "ab"));
	CHECK(collect_finds_nothing(board, 3, NOW));
	CHECK(put(board, 1, 20, "c", NOW + 1) == 3);
	CHECK(put(board, 1, 30, "d", NOW + 2) == 3);
	CHECK(put(board, 2, 30, "y", NOW + 2) == NOBODY);
	CHECK(collect_finds_nothing(board, 2, NOW));
	CHECK(collect_finds(board, 3, NOW + 2, 1, "cd"));
	CHECK(collect_finds_nothing(board, 3, NOW + 2));
	CHECK(look_finds(board, 2, 100, NOW + 2, "xy"));
}

static void
test_two_words_of_one_owner(void)
{
	struct fragment_board *board = board_new();
	unsigned word, n = 0;
	struct fragment_key key;
	uint8_t its[FRAGMENT_MARK];

	for (word = 0; word < 40; word++) {
		CHECK(claim_finds(board, word, 1, NOW, ""));
		CHECK(put(board, word, 0, "z", NOW) == 1);
	}
	while (fragment_board_collect(board, 1, NOW, &key, its, &out)) {
		CHECK(out_is("z"));
		n++;
	}
	CHECK(n == 40);
}

static void
test_who_claims_last_owns_it(void)
{
	struct fragment_board *board = board_new();
	struct fragment_key key = key_of(1);

	CHECK(claim_finds(board, 1, 0, NOW, ""));
	CHECK(put(board, 1, 0, "a", NOW) == 0);
	CHECK(claim_finds(board, 1, 2, NOW, "a"));
	CHECK(collect_finds_nothing(board, 0, NOW));
	CHECK(put(board, 1, 0, "b", NOW) == 2);
	fragment_board_disown(board, &key, 0);
	CHECK(put(board, 1, 0, "c", NOW) == 2);
	fragment_board_disown(board, &key, 2);
	CHECK(put(board, 1, 0, "d", NOW) == NOBODY);
	CHECK(collect_finds_nothing(board, 2, NOW));
	CHECK(claim_finds(board, 1, 1, NOW, "bcd"));
	fragment_board_bury(board, 2);
	CHECK(put(board, 1, 0, "e", NOW) == 1);
	fragment_board_bury(board, 1);
	CHECK(put(board, 1, 0, "f", NOW) == NOBODY);
	CHECK(collect_finds_nothing(board, 1, NOW));
	/* There is no such slot. */
	CHECK(claim_finds(board, 1, SLOTS, NOW, ""));
	CHECK(put(board, 1, 0, "g", NOW) == NOBODY);
	CHECK(look_finds(board, 1, 1, NOW, "efg"));
}

static void
test_looking_and_dropping(void)
{
	struct fragment_board *board = board_new();
	struct fragment_key key = key_of(7);

	CHECK(put(board, 7, 90, "last", NOW) == NOBODY);
	CHECK(put(board, 7, 0, "first", NOW) == NOBODY);
	CHECK(put(board, 8, 0, "other", NOW) == NOBODY);
	CHECK(look_finds(board, 7, 90, NOW, "first"));
	CHECK(look_finds(board, 7, 91, NOW, "lastfirst"));
	CHECK(fragment_board_drop(board, &key) == 9);
	CHECK(fragment_board_drop(board, &key) == 0);
	CHECK(look_finds(board, 7, 91, NOW, ""));
	CHECK(look_finds(board, 8, 91, NOW, "other"));
}

static void
test_nothing_is_kept_for_long(void)
{
	struct fragment_board *board = board_new();

	put(board, 1, 0, "a", NOW);
	put(board, 1, 0, "b", NOW + KEPT / 2);
	CHECK(look_finds(board, 1, 1, NOW + KEPT, "ab"));
	CHECK(look_finds(board, 1, 1, NOW + KEPT + 1, "b"));
	CHECK(claim_finds(board, 1, 0, NOW + 2 * KEPT, ""));
	CHECK(put(board, 1, 0, "c", NOW + 3 * KEPT) == 0);
	CHECK(put(board, 1, 0, "d", NOW + 3 * KEPT + 1) == NOBODY);
}

/* The last pieces are there, and no more than fit. */
/*
 * A caller that collects gets the pieces of old owners in the same drawer, too.
 * If such a word could not be disowned, pieces that are put back would be
 * collected again for ever.
 */
static void
test_an_old_owner_can_be_no_owner(void)
{
	struct fragment_board *board = board_new();
	struct fragment_key key = key_of(1), found;
	uint8_t its[FRAGMENT_MARK];
	int64_t later = NOW + KEPT + 1;
	unsigned i, rounds_left = 1000;

	CHECK(claim_finds(board, 1, 3, NOW, ""));
	CHECK(put(board, 1, 0, "a", later) == NOBODY);
	for (i = 2; i < 200; i++) {
		claim_finds(board, i, 3, later, "");
		put(board, i, 0, "b", later);
	}
	while (fragment_board_collect(board, 3, later, &found, its, &out)) {
		CHECK(rounds_left-- > 0);
		if (memcmp(&found, &key, sizeof(key)) == 0) {
			fragment_board_disown(board, &key, 3);
			put(board, 1, 0, "a", later);
		}
	}
}

static void
test_the_old_make_room(void)
{
	static uint8_t data[FRAGMENT_BOARD_BYTES];
	struct fragment_board *board = board_new();
	struct fragment_key key = key_of(1);
	struct fragment fragment = { 0, data, 0 };
	uint64_t state = seed;
	uint32_t i, first;
	size_t at;

	for (i = 0; i < 20000; i++) {
		fragment.offset = i;
		fragment.size = 1 +
		    unit_below(&state, unit_below(&state, 20) ? 2000 : 20000);
		memset(data, (int)(i % 251), fragment.size);
		CHECK(
		    fragment_board_put(board, &key, &fragment, NOW) == NOBODY);
		fragment_board_look(board, &key, UINT32_MAX, NOW, &out);
		first = UINT32_MAX;
		for (at = 0; fragments_next(&out, &at, &fragment);) {
			first = first == UINT32_MAX ? fragment.offset : first;
			CHECK(fragment.data[0] == fragment.offset % 251);
			CHECK(fragment.data[fragment.size - 1] ==
			    fragment.offset % 251);
		}
		CHECK(fragment.offset == i && at == out.size);
		fragment.data = data;
	}
	fragment.size = sizeof(data);
	CHECK(fragment_board_put(board, &key, &fragment, NOW) == NOBODY);
	fragment_board_look(board, &key, UINT32_MAX, NOW, &out);
	CHECK(out.size > sizeof(data) / 2);
}

/* A flood of words of other peers does not replace an owner. */
static void
test_owners_outlive_a_flood(void)
{
	struct fragment_board *board = board_new();
	unsigned i;

	CHECK(claim_finds(board, 1, 2, NOW, ""));
	for (i = 0; i < 100000; i++)
		put(board, 10 + i, 0, "what nobody wants, and much of it", NOW);
	CHECK(put(board, 1, 0, "a", NOW) == 2);
	CHECK(collect_finds(board, 2, NOW, 1, "a"));
}

struct putter {
	struct fragment_board *board;
	unsigned number;
};

/* Puts and takes pieces for ever. */
static void
put_and_take(void *arg)
{
	struct putter *putter = arg;
	uint64_t state = seed + putter->number;
	struct fragment_key key;
	uint8_t its[FRAGMENT_MARK];
	unsigned word;

	for (;;) {
		word = (unsigned)unit_below(&state, 100);
		key = key_of(word);
		put(putter->board, word, 0, "0123456789abcdef", NOW);
		if (unit_below(&state, 4) == 0)
			fragment_board_claim(putter->board, &key,
			    putter->number % SLOTS, mark, NOW, &out);
		if (unit_below(&state, 16) == 0)
			(void)fragment_board_drop(putter->board, &key);
		(void)fragment_board_collect(putter->board,
		    putter->number % SLOTS, NOW, &key, its, &out);
	}
}

/* Checks that each drawer can be used after deaths in it. */
static void
test_processes_killed_inside(void)
{
	struct fragment_board *board = board_new();
	struct putter putters[3];
	pid_t pids[3];
	uint64_t round, state = seed;
	unsigned i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < 3; i++) {
			putters[i] = (struct putter){ board, i };
			pids[i] = unit_fork(put_and_take, &putters[i]);
		}
		usleep((useconds_t)unit_below(&state, 5000));
		for (i = 0; i < 3; i++) {
			kill(pids[i], SIGKILL);
			CHECK(!unit_reap(pids[i]));
			fragment_board_bury(board, i);
		}
		fragment_board_bury(board, 3);
		for (i = 1000; i < 1100; i++) {
			CHECK(put(board, i, 0, "a", NOW + KEPT) == NOBODY);
			CHECK(claim_finds(board, i, 3, NOW + KEPT, "a"));
			CHECK(put(board, i, 0, "b", NOW + KEPT) == 3);
			CHECK(collect_finds(board, 3, NOW + KEPT, i, "b"));
		}
	}
}

/* With the fault point inside the lock. */
static void
put_once(void *arg)
{
	put(arg, 1, 0, "of who stops", NOW);
}

static void
test_a_stopped_holder(void)
{
	struct fragment_board *board = board_new();
	double begin;
	int status;
	pid_t pid;
	unsigned i;

	CHECK(setenv("S_SERVER_FAULT", "fragment-put:stop", 1) == 0);
	pid = unit_fork(put_once, board);
	CHECK(unsetenv("S_SERVER_FAULT") == 0);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	/* 1,000 waits of 2 ms would be 2 s. */
	begin = unit_now_ms();
	for (i = 0; i < 1000; i++) {
		CHECK(put(board, 1, 0, "a", NOW) == NOBODY);
		CHECK(claim_finds(board, 1, 0, NOW, ""));
	}
	CHECK(unit_now_ms() - begin < 1000);
	fragment_board_bury(board, 0);
	/* The other drawers can be used. */
	for (i = 2; i < 100; i++)
		put(board, i, 0, "b", NOW);
	CHECK(kill(pid, SIGKILL) == 0 && !unit_reap(pid));
	CHECK(put(board, 1, 0, "c", NOW + KEPT) == NOBODY);
	CHECK(look_finds(board, 1, 1, NOW + KEPT, "c"));
}

int
main(int argc, char *argv[])
{
	rounds = unit_number(argc, argv, 1, 100);
	seed = unit_number(argc, argv, 2, 1);
	UNIT_RUN(test_what_came_before_and_after_the_claim);
	UNIT_RUN(test_two_words_of_one_owner);
	UNIT_RUN(test_who_claims_last_owns_it);
	UNIT_RUN(test_looking_and_dropping);
	UNIT_RUN(test_nothing_is_kept_for_long);
	UNIT_RUN(test_an_old_owner_can_be_no_owner);
	UNIT_RUN(test_the_old_make_room);
	UNIT_RUN(test_owners_outlive_a_flood);
	UNIT_RUN(test_processes_killed_inside);
	UNIT_RUN(test_a_stopped_holder);
	return unit_end();
}
