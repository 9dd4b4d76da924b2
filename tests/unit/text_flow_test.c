/*
 * Text on its whole way: workers that write into their rings and wait for room,
 * and a master that sleeps, with a reader who is slow. A wake-up that is lost
 * shows, because nobody looks by itself.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "foundation/monotime.h"
#include "master/pool.h"
#include "master/printer.h"
#include "master/relay.h"
#include "text/outbox.h"
#include "text_channel.h"
#include "unit.h"

#define TEST_WORKERS 3
#define TEST_LINES   200000 /* of each */
#define TEST_BURST   1500 /* lines at most in one step */
#define TEST_LINE    16 /* bytes */
#define TEST_HANG_MS 10000

static struct text_rings rings;
static struct process process[TEST_WORKERS];
static struct pool pool;
static struct relay relay;
static struct printer printer;
static int ends[TEST_WORKERS]; /* of the workers' channels */
static pid_t pids[TEST_WORKERS];
static int out; /* the reader's end of the pipe */
static uint32_t next_line[TEST_WORKERS];

static void test_begin(size_t);
static void test_end(void);
static void test_work(void *);
static void test_say(struct outbox *, uint64_t *, unsigned, uint32_t, unsigned);
static void test_await(struct outbox *);
static void test_turn(uint64_t *);
static void test_read(size_t);
static bool test_is_done(void);
static void test_flow(size_t, uint64_t);
static void no_text_is_lost_nor_waits_for_ever(void);
static void nor_in_large_rings(void);

int
main(void)
{
	UNIT_RUN(no_text_is_lost_nor_waits_for_ever);
	UNIT_RUN(nor_in_large_rings);
	return unit_end();
}

void
pool_end_refused(struct pool *of, unsigned slot)
{
	CHECK(!of->slot[slot].text[0].refused);
}

static void
test_begin(size_t ring_size)
{
	unsigned count = TEST_WORKERS * TEXT_OUTLETS, i;
	int fds[2];

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	out = fds[0];
	memset(&printer, 0, sizeof(printer));
	memset(next_line, 0, sizeof(next_line));
	printer.shared = true;
	printer.fd[0] = fds[1];
	for (i = 0; i < TEXT_OUTLETS; i++)
		writer_init(&printer.writer[i], TEXT_RING_MIN, false);
	writer_set_target(&printer.writer[0], 0, fds[1], "it", false);
	text_rings_init(&rings, unit_share(text_rings_size(count, ring_size)),
	    count, ring_size);
	for (i = 0; i < TEST_WORKERS; i++) {
		ends[i] = text_channel_open(&process[i]);
	}
	pool = (struct pool){
		.slot = process, .slots = TEST_WORKERS, .children = TEST_WORKERS
	};
	CHECK(relay_open(&relay, &pool, &printer, &rings) == 0);
	for (i = 0; i < TEST_WORKERS; i++)
		pids[i] = unit_fork(test_work, &ends[i]);
}

static void
test_end(void)
{
	unsigned i;

	for (i = 0; i < TEST_WORKERS; i++) {
		CHECK(unit_reap(pids[i]));
		relay_bury(&relay, i);
		channel_close(&process[i].text[0]);
		close(ends[i]);
	}
	relay_close(&relay);
	writer_close(&printer.writer[0]);
	close(printer.fd[0]);
	close(out);
}

/* A worker, whose steps have few lines or many. */
static void
test_work(void *end)
{
	unsigned slot = (unsigned)((int *)end - ends);
	uint64_t random = slot + 1;
	struct outbox outbox;
	uint32_t line = 0;
	unsigned count;

	outbox_init(&outbox, ends[slot], &rings, (size_t)slot * TEXT_OUTLETS);
	while (line < TEST_LINES) {
		count = 1 +
		    (unsigned)unit_below(
			&random, unit_below(&random, 2) == 0 ? 20 : TEST_BURST);
		if (count > TEST_LINES - line)
			count = TEST_LINES - line;
		test_say(&outbox, &random, slot, line, count);
		line += count;
		CHECK(outbox_end_step(&outbox) == 0);
		if (unit_below(&random, 4) == 0)
			CHECK(outbox_end_block(&outbox) == 0);
		if (outbox_full(&outbox))
			test_await(&outbox);
	}
	CHECK(outbox_end_block(&outbox) == 0);
	while (outbox_waiting(&outbox))
		test_await(&outbox);
}

/* Some of it is put together in the ring, while something else is said. */
static void
test_say(struct outbox *outbox, uint64_t *random, unsigned slot, uint32_t line,
    unsigned count)
{
	static char own[TEST_BURST * TEST_LINE + 1];
	unsigned i, before = unit_below(random, 3) == 0;
	char *to = NULL, text[TEST_LINE + 1];

	if (unit_below(random, 2) == 0)
		to = outbox_lend(outbox, TEXT_DATA, sizeof(own));
	if (to == NULL)
		to = own;
	for (i = before; i < count; i++)
		(void)snprintf(to + (size_t)(i - before) * TEST_LINE,
		    TEST_LINE + 1, "%4u %10u\n", slot, line + i);
	if (before) {
		(void)snprintf(text, sizeof(text), "%4u %10u\n", slot, line);
		outbox_write(outbox, TEXT_OUT, text, TEST_LINE);
	}
	outbox_write(
	    outbox, TEXT_DATA, to, (size_t)(count - before) * TEST_LINE);
	outbox_take_back(outbox);
}

static void
test_await(struct outbox *outbox)
{
	struct pollfd pollfd = { outbox->channel.fd, POLLIN, 0 };

	CHECK(outbox_end_block(outbox) == 0);
	while (!outbox_await_room(outbox)) {
		CHECK(poll(&pollfd, 1, TEST_HANG_MS) == 1);
		CHECK(outbox_flush(outbox) == 0);
	}
	CHECK(outbox_flush(outbox) == 0);
}

/* A turn of the master, which may sleep until somebody wakes it. */
static void
test_turn(uint64_t *random)
{
	struct pollfd pollfds[TEST_WORKERS + 2];
	int64_t now_ms = monotime_ms(), due_ms = relay_due_ms(&relay, now_ms);
	unsigned i;
	int count;

	for (i = 0; i < TEST_WORKERS; i++)
		pollfds[i] = (struct pollfd){
			printer_full(&printer, 0) ? -1 : process[i].text[0].fd,
			POLLIN, 0
		};
	pollfds[i++] = writer_pollfd(&printer.writer[0]);
	pollfds[i++] = (struct pollfd){ out, POLLIN, 0 };
	count = poll(
	    pollfds, i, due_ms == 0 ? TEST_HANG_MS : (int)(due_ms - now_ms));
	CHECK(count > 0 || due_ms != 0);
	if (pollfds[TEST_WORKERS].revents != 0)
		writer_flush(&printer.writer[0]);
	for (i = 0; i < TEST_WORKERS; i++)
		if (pollfds[i].revents != 0)
			relay_read(&relay, i, 0);
	relay_act(&relay, monotime_ms());
	if (pollfds[TEST_WORKERS + 1].revents != 0)
		test_read(1 + (size_t)unit_below(random, 400));
}

/* Lines are whole, and each worker's are in order. */
static void
test_read(size_t count)
{
	static char line[TEST_LINE];
	static size_t have;
	unsigned slot;
	ssize_t n;

	for (; count > 0; count--) {
		n = read(out, line + have, sizeof(line) - have);
		if (n <= 0)
			return;
		if ((have += (size_t)n) < sizeof(line))
			continue;
		have = 0;
		CHECK(line[TEST_LINE - 1] == '\n');
		slot = (unsigned)strtoul(line, NULL, 10);
		CHECK(slot < TEST_WORKERS);
		CHECK(strtoul(line + 4, NULL, 10) == next_line[slot]);
		next_line[slot]++;
	}
}

static bool
test_is_done(void)
{
	unsigned i;

	for (i = 0; i < TEST_WORKERS; i++)
		if (next_line[i] < TEST_LINES)
			return false;
	return true;
}

static void
test_flow(size_t ring_size, uint64_t random)
{
	test_begin(ring_size);
	while (!test_is_done())
		test_turn(&random);
	test_end();
}

static void
no_text_is_lost_nor_waits_for_ever(void)
{
	test_flow(TEXT_RING_MIN, 5);
}

static void
nor_in_large_rings(void)
{
	test_flow(TEXT_RING_MAX, 6);
}
