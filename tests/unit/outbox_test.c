/*
 * The text of a worker on its way into its ring: outbox.h. The test is the
 * master.
 */
#include <sys/socket.h>

#include "text/outbox.h"
#include "unit.h"

#define TEST_LINE  2000
#define TEST_TURNS 20000

static struct text_rings rings;
static struct text_ring_reader reader;
static struct outbox outbox;
static int master; /* the other end of the channel */
static char heard[TEXT_RING_MIN];

static void test_begin(void);
static void test_end(void);
static void test_say(const char *);
static bool test_hear(const char *);
static size_t test_take(void);
static void text_is_printed_where_it_stands(void);
static void what_is_said_before_lent_text_goes_first(void);
static void last_words_are_not_lost(void);
static void what_waits_is_bounded(void);

int
main(void)
{
	UNIT_RUN(text_is_printed_where_it_stands);
	UNIT_RUN(what_is_said_before_lent_text_goes_first);
	UNIT_RUN(last_words_are_not_lost);
	UNIT_RUN(what_waits_is_bounded);
	return unit_end();
}

static void
test_begin(void)
{
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) == 0);
	text_rings_init(&rings, unit_share(text_rings_size(1, TEXT_RING_MIN)),
	    1, TEXT_RING_MIN);
	text_ring_read(&reader, &rings, 0);
	outbox_init(&outbox, fds[0], &rings, 0);
	master = fds[1];
}

static void
test_end(void)
{
	channel_close(&outbox.channel);
	close(master);
}

static void
test_say(const char *text)
{
	outbox_write(&outbox, TEXT_OUT, text, strlen(text));
}

/* The block is complete. Is it this? */
static bool
test_hear(const char *text)
{
	size_t size;

	CHECK(outbox_end_block(&outbox) == 0);
	size = test_take();
	return size == strlen(text) && memcmp(heard, text, size) == 0;
}

/* Takes all that is in the ring. Returns how many bytes of text it is. */
static size_t
test_take(void)
{
	struct text_ring_piece piece;
	size_t size = 0;
	int i;

	CHECK(text_ring_look(&reader) >= 0);
	while (text_ring_next(&reader, &piece) == 1)
		for (i = 0; i < 2; i++) {
			memcpy(heard + size, piece.part[i].data,
			    piece.part[i].size);
			size += piece.part[i].size;
		}
	text_ring_took(&reader);
	return size;
}

static void
text_is_printed_where_it_stands(void)
{
	char *place;

	test_begin();
	test_say("one ");
	place = outbox_lend(&outbox, TEXT_DATA, 100);
	CHECK(place != NULL);
	(void)stpcpy(place, "two ");
	outbox_write(&outbox, TEXT_DATA, place, 4);
	outbox_take_back(&outbox);
	test_say("three\n");
	CHECK(test_hear("one two three\n"));
	/* Nothing came, and so nothing is written from there. */
	CHECK(outbox_lend(&outbox, TEXT_DATA, 100) != NULL);
	test_say("four\n");
	outbox_take_back(&outbox);
	CHECK(test_hear("four\n"));
	test_end();
}

/* As when data comes in the same call as the end of a renegotiation. */
static void
what_is_said_before_lent_text_goes_first(void)
{
	char *place;

	test_begin();
	place = outbox_lend(&outbox, TEXT_DATA, 100);
	CHECK(place != NULL);
	(void)stpcpy(place, "data\n");
	test_say("Read BLOCK\n");
	outbox_write(&outbox, TEXT_DATA, place, 5);
	test_say("after\n");
	outbox_take_back(&outbox);
	CHECK(test_hear("Read BLOCK\ndata\nafter\n"));
	test_end();
}

/* A worker that cannot go on says so from within libssl, and ends. */
static void
last_words_are_not_lost(void)
{
	test_begin();
	CHECK(outbox_lend(&outbox, TEXT_DATA, 100) != NULL);
	test_say("cannot go on\n");
	CHECK(test_hear("cannot go on\n"));
	test_end();
}

/* The master is slower than the connections, for as long as they last. */
static void
what_waits_is_bounded(void)
{
	static char line[TEST_LINE];
	uint64_t came = 0;
	char drain[64];
	int turn;

	test_begin();
	memset(line, 'a', sizeof(line));
	for (turn = 0; turn < TEST_TURNS; turn++) {
		while (!outbox_overflows(&outbox)) {
			outbox_write(&outbox, TEXT_OUT, line, sizeof(line));
			CHECK(outbox_end_step(&outbox) == 0);
			CHECK(outbox_end_block(&outbox) == 0);
		}
		came += test_take();
		CHECK(outbox_flush(&outbox) == 0);
		CHECK(outbox.rest.size <= (size_t)3 * OUTBOX_OVERFLOW);
		while (recv(master, drain, sizeof(drain), 0) > 0)
			;
	}
	CHECK(came > (uint64_t)100 * OUTBOX_OVERFLOW);
	while (outbox_waiting(&outbox)) {
		(void)test_take();
		CHECK(outbox_flush(&outbox) == 0);
	}
	CHECK(outbox.rest.size == 0);
	test_end();
}
