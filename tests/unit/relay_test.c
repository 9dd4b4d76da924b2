/*
 * The relay between the rings of workers and the printer: relay.h. The test
 * plays the printer and the pool; its worker is this process.
 */
#include "foundation/text_ring.h"
#include "master/pool.h"
#include "master/printer.h"
#include "master/relay.h"
#include "text_channel.h"
#include "unit.h"

#define TEST_WORKERS 2
#define TEST_RING    ((size_t)4 * TEXT_RING_MIN)
#define TEST_MUCH    (TEST_RING - 4096)

/* What the printer was given; it is full, or slow, as a test wants. */
static struct {
	char text[2 * TEST_RING];
	size_t size;
	bool full, slow, refused;
	const char *lent; /* what it has queued */
	size_t lent_size;
} played;

static struct text_rings rings;
static struct text_ring_writer writers[TEST_WORKERS];
static struct process process[TEST_WORKERS];
static struct pool pool;
static struct relay relay;
static struct channel workers[TEST_WORKERS];
static char much[TEST_MUCH];

static void test_begin(void);
static void test_end(void);
static void test_say(const void *, size_t, bool);
static bool test_has(const char *);
static int test_told(void);
static void blocks_are_printed_whole(void);
static void a_slow_printer_borrows(void);
static void a_full_disk_borrows_nothing(void);
static void a_lender_is_not_forgotten(void);
static void all_workers_have_their_turn(void);
static void a_dead_worker_is_heard_to_its_end(void);
static void the_way_back_alone_makes_room(void);
static void who_keeps_up_leaves_room(void);
static void a_ring_that_is_wrong_is_refused(void);

int
main(void)
{
	memset(much, 'm', sizeof(much));
	UNIT_RUN(blocks_are_printed_whole);
	UNIT_RUN(a_slow_printer_borrows);
	UNIT_RUN(a_full_disk_borrows_nothing);
	UNIT_RUN(a_lender_is_not_forgotten);
	UNIT_RUN(all_workers_have_their_turn);
	UNIT_RUN(a_dead_worker_is_heard_to_its_end);
	UNIT_RUN(the_way_back_alone_makes_room);
	UNIT_RUN(who_keeps_up_leaves_room);
	UNIT_RUN(a_ring_that_is_wrong_is_refused);
	return unit_end();
}

void
printer_write(enum text_stream stream, const void *data, size_t size, void *arg)
{
	(void)stream;
	(void)arg;
	memcpy(played.text + played.size, data, size);
	played.size += size;
}

void
printer_lend(struct printer *printer, enum text_stream stream, const void *data,
    size_t size)
{
	if (!played.slow) {
		printer_write(stream, data, size, printer);
		return;
	}
	CHECK(played.lent == NULL);
	played.lent = data;
	played.lent_size = size;
}

bool
printer_has_lent(const struct printer *printer, unsigned outlet)
{
	(void)printer;
	return outlet == 0 && played.lent != NULL;
}

void
printer_keep_lent(struct printer *printer, unsigned outlet)
{
	(void)outlet;
	if (played.lent != NULL)
		printer_write(TEXT_OUT, played.lent, played.lent_size, printer);
	played.lent = NULL;
}

bool
printer_is_refused(const struct printer *printer, unsigned outlet)
{
	(void)printer;
	(void)outlet;
	return played.refused;
}

bool
printer_full(const struct printer *printer, unsigned outlet)
{
	(void)printer;
	(void)outlet;
	return played.full;
}

unsigned
printer_outlet(const struct printer *printer, unsigned index)
{
	(void)printer;
	return index;
}

void
printer_begin_block(struct printer *printer, unsigned outlet)
{
	(void)printer;
	(void)outlet;
}

void
printer_end_block(struct printer *printer, unsigned outlet)
{
	(void)printer;
	(void)outlet;
}

void
pool_end_refused(struct pool *of, unsigned slot)
{
	(void)of;
	(void)slot;
}

/* Workers whose first outlet has a channel and a ring. */
static void
test_begin(void)
{
	unsigned rings_count = TEST_WORKERS * TEXT_OUTLETS, i;

	memset(&played, 0, sizeof(played));
	memset(process, 0, sizeof(process));
	text_rings_init(&rings,
	    unit_share(text_rings_size(rings_count, TEST_RING)), rings_count,
	    TEST_RING);
	for (i = 0; i < TEST_WORKERS; i++) {
		channel_init(&workers[i], text_channel_open(&process[i]));
		channel_hear(&workers[i], PARTY_PRINTER, PARTY_WORKER);
	}
	pool = (struct pool){
		.slot = process, .slots = TEST_WORKERS, .children = TEST_WORKERS
	};
	CHECK(relay_open(&relay, &pool, NULL, &rings) == 0);
	for (i = 0; i < TEST_WORKERS; i++)
		text_ring_write(&writers[i], &rings, (size_t)i * TEXT_OUTLETS);
}

static void
test_end(void)
{
	unsigned i;

	for (i = 0; i < TEST_WORKERS; i++) {
		relay_bury(&relay, i);
		channel_close(&process[i].text[0]);
		channel_close(&workers[i]);
	}
	relay_close(&relay);
}

static void
test_say(const void *text, size_t size, bool more)
{
	CHECK(text_ring_put(&writers[0], TEXT_OUT, text, size) == size);
	text_ring_publish(&writers[0], more);
}

/* Was exactly this printed since the last call? */
static bool
test_has(const char *text)
{
	bool equal = played.size == strlen(text) &&
	    memcmp(played.text, text, played.size) == 0;

	played.size = 0;
	return equal;
}

/* Returns how often the first worker was told that there is room. */
static int
test_told(void)
{
	struct message message;
	int n = 0;

	while (channel_receive(&workers[0], &message, NULL) == 1) {
		CHECK(message.type == MESSAGE_TEXT_ROOM);
		n++;
	}
	return n;
}

static void
blocks_are_printed_whole(void)
{
	test_begin();
	test_say("one\n", 4, false);
	test_say("two ", 4, true);
	relay_read(&relay, 0, 0);
	CHECK(test_has("one\n"));
	test_say("three\n", 6, false);
	played.full = true;
	relay_read(&relay, 0, 0);
	CHECK(test_has(""));
	/* There is text, so the relay sleeps only until there is room. */
	CHECK(relay_due_ms(&relay, 1) == 0);
	played.full = false;
	CHECK(relay_due_ms(&relay, 1) != 0);
	relay_act(&relay, INT64_MAX);
	CHECK(test_has("two three\n"));
	CHECK(relay_due_ms(&relay, 1) == 0);
	test_end();
}

static void
a_slow_printer_borrows(void)
{
	test_begin();
	played.slow = true;
	test_say(much, sizeof(much), false);
	CHECK(!text_ring_await_room(&writers[0]));
	relay_read(&relay, 0, 0);
	CHECK(played.lent != NULL && played.lent_size == sizeof(much));
	CHECK(test_has("") && test_told() == 0);
	CHECK(relay_due_ms(&relay, 1) == 0);
	/* The room is free when the text was written, not before. */
	relay_act(&relay, INT64_MAX);
	CHECK(test_told() == 0 && !text_ring_await_room(&writers[0]));
	played.lent = NULL;
	played.slow = false;
	relay_act(&relay, INT64_MAX);
	CHECK(test_told() == 1 && text_ring_await_room(&writers[0]));
	test_end();
}

/* The printer has a queue for that, and drops more when it is full. */
static void
a_full_disk_borrows_nothing(void)
{
	test_begin();
	played.slow = true;
	test_say(much, sizeof(much), false);
	CHECK(!text_ring_await_room(&writers[0]));
	relay_read(&relay, 0, 0);
	CHECK(played.lent != NULL);
	played.refused = true;
	relay_act(&relay, INT64_MAX);
	CHECK(played.lent == NULL && played.size == sizeof(much));
	CHECK(test_told() == 1 && text_ring_await_room(&writers[0]));
	played.size = 0;
	test_say("one\n", 4, false);
	test_say("two\n", 4, false);
	relay_read(&relay, 0, 0);
	CHECK(played.lent == NULL && test_has("one\ntwo\n"));
	test_end();
}

/* Another worker's text comes before the relay has seen what was written. */
static void
a_lender_is_not_forgotten(void)
{
	test_begin();
	played.slow = true;
	test_say(much, sizeof(much), false);
	CHECK(!text_ring_await_room(&writers[0]));
	relay_read(&relay, 0, 0);
	relay_act(&relay, INT64_MAX);
	CHECK(played.lent != NULL && test_told() == 0);
	played.lent = NULL;
	CHECK(text_ring_put(&writers[1], TEXT_OUT, "b\n", 2) == 2);
	text_ring_publish(&writers[1], false);
	relay_read(&relay, 1, 0);
	CHECK(relay_due_ms(&relay, 1) == 1);
	relay_act(&relay, INT64_MAX);
	CHECK(test_told() == 1 && text_ring_await_room(&writers[0]));
	test_end();
}

/* A worker that always has text does not keep the others from their turn. */
static void
all_workers_have_their_turn(void)
{
	test_begin();
	played.slow = true;
	test_say("a", 1, false);
	relay_read(&relay, 0, 0);
	test_say("c", 1, false);
	CHECK(text_ring_put(&writers[1], TEXT_OUT, "b", 1) == 1);
	text_ring_publish(&writers[1], false);
	relay_read(&relay, 0, 0);
	relay_read(&relay, 1, 0);
	CHECK(played.lent != NULL && *played.lent == 'a');
	relay_act(&relay, INT64_MAX);
	played.lent = NULL;
	/* Nor does one that is read in the meantime. */
	relay_read_rings(&relay, 0);
	CHECK(played.lent == NULL);
	relay_act(&relay, INT64_MAX);
	CHECK(played.lent != NULL && *played.lent == 'b');
	played.lent = NULL;
	relay_act(&relay, INT64_MAX);
	CHECK(played.lent != NULL && *played.lent == 'c');
	test_end();
}

static void
a_dead_worker_is_heard_to_its_end(void)
{
	test_begin();
	played.slow = true;
	test_say("lent\n", 5, false);
	relay_read(&relay, 0, 0);
	played.full = true;
	test_say("last\n", 5, false);
	test_say("cut", 3, true);
	relay_bury(&relay, 0);
	CHECK(test_has("lent\nlast\n"));
	/* Its successor begins with an empty ring. */
	text_ring_write(&writers[0], &rings, 0);
	played.full = played.slow = false;
	test_say("new\n", 4, false);
	CHECK(text_ring_wakes_reader(&writers[0]));
	relay_read(&relay, 0, 0);
	CHECK(test_has("new\n"));
	test_end();
}

/* The way back takes most of the ring, and the worker waits for room. */
static void
the_way_back_alone_makes_room(void)
{
	test_begin();
	test_say(much, TEST_MUCH / 4, false);
	relay_read(&relay, 0, 0);
	text_ring_trim(&writers[0]);
	CHECK(text_ring_wakes_reader(&writers[0]));
	CHECK(!text_ring_await_room(&writers[0]));
	relay_read(&relay, 0, 0);
	CHECK(test_told() == 1 && text_ring_await_room(&writers[0]));
	CHECK(text_ring_space(&writers[0], TEXT_OUT, TEST_MUCH) != NULL);
	test_end();
}

/* The worker need not wait for room after each block. */
static void
who_keeps_up_leaves_room(void)
{
	int i;

	test_begin();
	for (i = 0; i < 100; i++) {
		test_say(much, TEST_RING / 5, false);
		CHECK(text_ring_room(&writers[0], TEST_RING / 4) >=
		    TEST_RING / 4);
		relay_read(&relay, 0, 0);
		played.size = 0;
	}
	test_end();
}

static void
a_ring_that_is_wrong_is_refused(void)
{
	test_begin();
	atomic_store(&writers[0].board->written, 7);
	relay_read(&relay, 0, 0);
	CHECK(process[0].text[0].refused && test_has(""));
	CHECK(relay_due_ms(&relay, 1) == 0);
	test_end();
	/* Text of the other outlet */
	test_begin();
	CHECK(text_ring_put(&writers[0], TEXT_ERR, "a", 1) == 1);
	text_ring_publish(&writers[0], false);
	relay_read(&relay, 0, 0);
	CHECK(process[0].text[0].refused && test_has(""));
	test_end();
}
