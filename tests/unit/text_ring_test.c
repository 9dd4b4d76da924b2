/*
 * The ring by which a worker hands text to the master: text_ring.h. A model
 * says what must come out; a writer is killed anywhere; a mad one writes what
 * it likes.
 */
#include <signal.h>

#include "foundation/text_ring.h"
#include "unit.h"

#define TEST_RINGS 2
#define TEST_TURNS 20000
#define TEST_KILLS 20
#define TEST_BLOCK 3000 /* the most bytes of a block that must stay whole */

static struct text_rings rings;
static struct text_ring_writer writer;
static struct text_ring_reader reader;

static void test_begin(void);
static bool test_is_there(void);
static size_t test_take(uint8_t *, bool *);
static void test_say(const char *);
static void test_hear(const char *);
static void whole_blocks_come_out_in_order(void);
static void a_full_ring_takes_a_part(void);
static void text_may_stand_where_it_goes(void);
static void text_moves_if_the_ring_becomes_empty(void);
static void who_sleeps_is_woken_once(void);
static void an_idle_ring_gives_pages_back(void);
static void test_write_blocks(void *);
static void a_killed_writer_tears_nothing(void);
static void what_cannot_be_right_is_refused(void);
static void a_mad_writer_harms_nobody(void);

int
main(void)
{
	UNIT_RUN(whole_blocks_come_out_in_order);
	UNIT_RUN(a_full_ring_takes_a_part);
	UNIT_RUN(text_may_stand_where_it_goes);
	UNIT_RUN(text_moves_if_the_ring_becomes_empty);
	UNIT_RUN(who_sleeps_is_woken_once);
	UNIT_RUN(an_idle_ring_gives_pages_back);
	UNIT_RUN(a_killed_writer_tears_nothing);
	UNIT_RUN(what_cannot_be_right_is_refused);
	UNIT_RUN(a_mad_writer_harms_nobody);
	return unit_end();
}

/* Unused memory for each test, and the second one of two rings. */
static void
test_begin(void)
{
	size_t size = text_rings_size(TEST_RINGS, TEXT_RING_MIN);

	text_rings_init(&rings, unit_share(size), TEST_RINGS, TEXT_RING_MIN);
	text_ring_read(&reader, &rings, 1);
	text_ring_write(&writer, &rings, 1);
}

/* Is there a piece, of what was seen? A ring may have only the way back. */
static bool
test_is_there(void)
{
	struct text_ring_reader look = reader;
	struct text_ring_piece piece;
	int found = text_ring_next(&look, &piece);

	CHECK(found != -1);
	if (found == 0 && look.at != reader.at) {
		reader = look;
		text_ring_took(&reader);
	}
	return found == 1;
}

/* Takes a piece to where there is room for the whole ring. */
static size_t
test_take(uint8_t *to, bool *more)
{
	struct text_ring_piece piece;
	size_t size = 0;
	int i;

	CHECK(text_ring_next(&reader, &piece) == 1);
	for (i = 0; i < 2; i++) {
		memcpy(to + size, piece.part[i].data, piece.part[i].size);
		size += piece.part[i].size;
	}
	*more = piece.more;
	text_ring_took(&reader);
	return size;
}

static void
test_say(const char *text)
{
	CHECK(text_ring_put(&writer, TEXT_OUT, text, strlen(text)) ==
	    strlen(text));
	text_ring_publish(&writer, false);
}

static void
test_hear(const char *text)
{
	static uint8_t heard[TEXT_RING_MIN];
	bool more;

	CHECK(text_ring_look(&reader) > 0);
	CHECK(test_take(heard, &more) == strlen(text) && !more);
	CHECK(memcmp(heard, text, strlen(text)) == 0);
}

/* Bytes are numbers that go on from block to block. */
static void
whole_blocks_come_out_in_order(void)
{
	static uint8_t block[TEXT_RING_MIN], heard[TEXT_RING_MIN];
	uint64_t random = 1, said = 0, got = 0;
	struct text_ring_piece piece;
	size_t size, i, n;
	int turn;
	bool more;

	test_begin();
	for (turn = 0; turn < TEST_TURNS; turn++) {
		size = 1 + (size_t)unit_below(&random, 9000);
		for (i = 0; i < size; i++)
			block[i] = (uint8_t)(said + i);
		if (text_ring_room(&writer, size) >= size) {
			CHECK(text_ring_put(&writer, TEXT_DATA, block, size) ==
			    size);
			said += size;
			CHECK(
			    text_ring_look(&reader) == text_ring_look(&reader));
			text_ring_publish(&writer, false);
		}
		while (unit_below(&random, 3) > 0 &&
		    text_ring_look(&reader) > 0 && test_is_there()) {
			n = test_take(heard, &more);
			CHECK(!more);
			for (i = 0; i < n; i++)
				CHECK(heard[i] == (uint8_t)(got + i));
			got += n;
		}
	}
	while (got < said && text_ring_look(&reader) > 0 && test_is_there())
		got += test_take(heard, &more);
	CHECK(got == said && text_ring_look(&reader) == 0);
	CHECK(text_ring_next(&reader, &piece) == 0);
}

static void
a_full_ring_takes_a_part(void)
{
	static uint8_t text[2 * TEXT_RING_MIN], heard[TEXT_RING_MIN];
	size_t put;
	bool more;

	test_begin();
	memset(text, 'a', sizeof(text));
	put = text_ring_put(&writer, TEXT_OUT, text, sizeof(text));
	CHECK(put > TEXT_RING_MIN / 2 && put < TEXT_RING_MIN);
	CHECK(text_ring_look(&reader) == 0);
	text_ring_publish(&writer, true);
	CHECK(text_ring_put(&writer, TEXT_ERR, text, 1) == 0);
	CHECK(text_ring_room(&writer, 1) == 0);
	CHECK(text_ring_space(&writer, TEXT_OUT, 1) == NULL);
	CHECK(text_ring_look(&reader) > 0);
	CHECK(test_take(heard, &more) == put && more);
	CHECK(text_ring_put(&writer, TEXT_OUT, text, 10) == 10);
	/* Another stream within a block: the first piece is not its end. */
	CHECK(text_ring_put(&writer, TEXT_ERR, text, 11) == 11);
	text_ring_publish(&writer, false);
	CHECK(text_ring_look(&reader) > 0);
	CHECK(test_take(heard, &more) == 10 && more);
	CHECK(test_take(heard, &more) == 11 && !more);
}

static void
text_may_stand_where_it_goes(void)
{
	char *place;

	test_begin();
	place = text_ring_space(&writer, TEXT_OUT, 100);
	CHECK(place != NULL);
	(void)stpcpy(place, "hello ");
	CHECK(text_ring_put(&writer, TEXT_OUT, place, 6) == 6);
	place = text_ring_space(&writer, TEXT_OUT, 100);
	(void)stpcpy(place, "world");
	CHECK(text_ring_put(&writer, TEXT_OUT, place, 5) == 5);
	text_ring_publish(&writer, false);
	test_hear("hello world");
	CHECK(text_ring_space(&writer, TEXT_OUT, TEXT_RING_MIN) == NULL);
}

/* The ring becomes empty, and the text moves behind a head at the beginning. */
static void
text_moves_if_the_ring_becomes_empty(void)
{
	static uint8_t fill[TEXT_RING_MIN], heard[TEXT_RING_MIN];
	uint8_t *place;
	size_t rest, i;
	bool more;

	test_begin();
	CHECK(text_ring_put(&writer, TEXT_OUT, fill, 40000) == 40000);
	text_ring_publish(&writer, false);
	/* Its piece would begin in the last 8 bytes. */
	rest = TEXT_RING_MIN - 2 * 8 - (size_t)writer.end;
	CHECK(text_ring_put(&writer, TEXT_OUT, fill, rest) == rest);
	text_ring_publish(&writer, false);
	CHECK(text_ring_look(&reader) > 0);
	(void)test_take(heard, &more);
	place = text_ring_space(&writer, TEXT_OUT, TEXT_RING_PIECE);
	CHECK(place == writer.bytes);
	for (i = 0; i < TEXT_RING_PIECE; i++)
		place[i] = (uint8_t)(7 * i + i / 256);
	(void)test_take(heard, &more);
	CHECK(text_ring_put(&writer, TEXT_OUT, place, TEXT_RING_PIECE) ==
	    TEXT_RING_PIECE);
	text_ring_publish(&writer, false);
	CHECK(text_ring_look(&reader) > 0);
	CHECK(test_take(heard, &more) == TEXT_RING_PIECE);
	for (i = 0; i < TEXT_RING_PIECE; i++)
		CHECK(heard[i] == (uint8_t)(7 * i + i / 256));
}

static void
who_sleeps_is_woken_once(void)
{
	static uint8_t text[TEXT_RING_MIN];
	bool more;

	test_begin();
	test_say("a");
	CHECK(text_ring_wakes_reader(&writer));
	test_say("b");
	CHECK(!text_ring_wakes_reader(&writer));
	CHECK(!text_ring_sleep(&reader, 1));
	test_hear("a");
	test_hear("b");
	CHECK(text_ring_sleep(&reader, 1000));
	test_say("c");
	CHECK(!text_ring_wakes_reader(&writer));
	CHECK(text_ring_await_room(&writer));
	(void)text_ring_put(&writer, TEXT_OUT, text, 1000);
	text_ring_publish(&writer, false);
	CHECK(text_ring_wakes_reader(&writer));
	(void)text_ring_put(&writer, TEXT_OUT, text, sizeof(text));
	text_ring_publish(&writer, false);
	CHECK(!text_ring_await_room(&writer));
	test_hear("c");
	CHECK(!text_ring_wakes_writer(&reader));
	(void)test_take(text, &more);
	CHECK(!text_ring_wakes_writer(&reader));
	(void)test_take(text, &more);
	CHECK(text_ring_wakes_writer(&reader));
	CHECK(!text_ring_wakes_writer(&reader));
	CHECK(text_ring_await_room(&writer));
}

static void
an_idle_ring_gives_pages_back(void)
{
	static uint8_t text[TEXT_RING_MIN], zero[4096];
	const uint8_t *last;
	bool more;

	test_begin();
	last = rings.bytes + 2 * rings.size - 3 * sizeof(zero);
	memset(text, 'a', sizeof(text));
	(void)text_ring_put(
	    &writer, TEXT_OUT, text, sizeof(text) - sizeof(zero));
	text_ring_publish(&writer, false);
	CHECK(writer.spread && memcmp(last, zero, sizeof(zero)) != 0);
	text_ring_trim(&writer);
	CHECK(writer.spread);
	CHECK(text_ring_look(&reader) > 0);
	(void)test_take(text, &more);
	text_ring_trim(&writer); /* goes back */
	text_ring_trim(&writer); /* the reader has not followed */
	CHECK(writer.spread);
	test_say("a");
	test_hear("a");
	text_ring_trim(&writer);
	CHECK(!writer.spread && memcmp(last, zero, sizeof(zero)) == 0);
	test_say("b");
	test_hear("b");
}

/* Each block is its size, and so many times the last byte of that. */
static void
test_write_blocks(void *arg)
{
	static uint8_t block[TEST_BLOCK];
	uint64_t random = *(uint64_t *)arg;
	uint16_t size;

	text_ring_write(&writer, &rings, 1);
	for (;;) {
		size = (uint16_t)(2 + unit_below(&random, TEST_BLOCK - 2));
		memcpy(block, &size, sizeof(size));
		memset(block + 2, size & 0xff, size - 2U);
		if (text_ring_room(&writer, size) < size)
			continue;
		/* In two parts, so that a kill may come between. */
		(void)text_ring_put(&writer, TEXT_OUT, block, size / 2);
		(void)text_ring_put(
		    &writer, TEXT_OUT, block + size / 2, size - size / 2U);
		text_ring_publish(&writer, false);
	}
}

static void
a_killed_writer_tears_nothing(void)
{
	static uint8_t heard[TEXT_RING_MIN];
	uint64_t seed, blocks = 0;
	struct timespec nap = { 0, 0 };
	uint16_t size, i;
	pid_t pid;
	bool more, dead;

	test_begin();
	for (seed = 1; seed <= TEST_KILLS; seed++) {
		pid = unit_fork(test_write_blocks, &seed);
		nap.tv_nsec = (long)(seed * 37 % 100) * 20000;
		(void)nanosleep(&nap, NULL);
		for (dead = false; !dead;) {
			if (blocks % 500 == seed) {
				kill(pid, SIGKILL);
				(void)unit_reap(pid);
				dead = true;
			}
			CHECK(text_ring_look(&reader) >= 0);
			while (test_is_there()) {
				size = (uint16_t)test_take(heard, &more);
				CHECK(!more && size >= 2);
				CHECK(memcmp(heard, &size, 2) == 0);
				for (i = 2; i < size; i++)
					CHECK(heard[i] == (size & 0xff));
				blocks++;
				if (!dead && blocks % 500 == seed)
					break;
			}
		}
		text_ring_reset(&reader);
	}
	CHECK(blocks > TEST_KILLS);
}

static void
what_cannot_be_right_is_refused(void)
{
	static const struct {
		uint32_t size;
		uint16_t stream, flags;
	} wrong[] = { { 1000, TEXT_OUT, 0 }, { 5, TEXT_OUT, 0 },
		{ UINT32_MAX, TEXT_OUT, 0 }, { UINT32_MAX - 7, TEXT_OUT, 0 },
		{ 1, TEXT_DATA + 1, 0 }, { 1, TEXT_OUT, 4 }, { 1, TEXT_OUT, 3 },
		{ 0, 0, 2 } };
	struct text_ring_piece piece;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		test_begin();
		memcpy(writer.bytes, &wrong[i], sizeof(wrong[i]));
		atomic_store(&writer.board->written, i == 0 ? 1000 : 8);
		CHECK(text_ring_look(&reader) == (i == 0 ? 1000 : 8));
		CHECK(text_ring_next(&reader, &piece) == -1);
	}
	test_begin();
	atomic_store(&writer.board->written, 7);
	CHECK(text_ring_look(&reader) == -1);
	atomic_store(&writer.board->written, TEXT_RING_MIN + 8);
	CHECK(text_ring_look(&reader) == -1);
	atomic_store(&writer.board->written, UINT64_MAX - 7);
	CHECK(text_ring_look(&reader) == -1);
}

/* Under a sanitizer or not: no byte outside the ring is read. */
static void
a_mad_writer_harms_nobody(void)
{
	const uint8_t *begin, *end, *data;
	struct text_ring_piece piece;
	uint64_t random = 7, place;
	int turn, i;

	test_begin();
	begin = rings.bytes + rings.size;
	end = begin + rings.size;
	for (turn = 0; turn < 10 * TEST_TURNS; turn++) {
		place = unit_below(&random, TEXT_RING_MIN / 8) * 8;
		writer.bytes[place] = (uint8_t)unit_random(&random);
		writer.bytes[place + 1] = unit_below(&random, 4) == 0;
		writer.bytes[place + 6] = (uint8_t)unit_below(&random, 4);
		atomic_store(&writer.board->written,
		    reader.at + unit_below(&random, 300) * 8);
		if (unit_below(&random, 100) == 0)
			atomic_store(
			    &writer.board->written, unit_random(&random));
		if (text_ring_look(&reader) == -1)
			continue;
		while (text_ring_next(&reader, &piece) == 1)
			for (i = 0; i < 2; i++) {
				data = piece.part[i].data;
				CHECK(piece.stream <= TEXT_DATA);
				CHECK(piece.part[i].size <= rings.size);
				CHECK(data >= begin && data <= end &&
				    data + piece.part[i].size <= end);
			}
		text_ring_took(&reader);
		(void)text_ring_wakes_writer(&reader);
		(void)text_ring_sleep(&reader, 1);
	}
}
