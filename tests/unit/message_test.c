/*
 * Which messages go which way, and what a channel does with one that must not:
 * it hears nothing more, whatever follows.
 */
#include "unit.h"

#include <sys/stat.h>

#include <fcntl.h>

#include "foundation/channel.h"
#include "foundation/message.h"

static const enum message_party parties[] = { PARTY_MASTER, PARTY_PRINTER,
	PARTY_WORKER, PARTY_FETCHER };

static unsigned char body[MESSAGE_BODY_MAX];

static bool
allowed(uint32_t type, uint32_t size, enum message_party from,
    enum message_party to)
{
	struct message message = { .type = type, .size = size };

	return message_is_allowed(&message, size, from, to);
}

static void
children_say_only_what_children_may(void)
{
	CHECK(allowed(MESSAGE_READY, 0, PARTY_WORKER, PARTY_MASTER));
	CHECK(allowed(MESSAGE_READY, 0, PARTY_FETCHER, PARTY_MASTER));
	CHECK(allowed(MESSAGE_OPENED, 0, PARTY_WORKER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_OPENED, 0, PARTY_FETCHER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_ACCEPT, 0, PARTY_WORKER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_ABORT, 0, PARTY_FETCHER, PARTY_MASTER));
	CHECK(
	    allowed(MESSAGE_LOG, MESSAGE_BODY_MAX, PARTY_WORKER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_LOG, 0, PARTY_FETCHER, PARTY_MASTER));
	CHECK(allowed(MESSAGE_FETCH, 0, PARTY_WORKER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_FETCH, 0, PARTY_FETCHER, PARTY_MASTER));
	CHECK(allowed(MESSAGE_FETCHED, 0, PARTY_FETCHER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_FETCHED, 0, PARTY_WORKER, PARTY_MASTER));
}

static void
the_master_says_only_what_it_may(void)
{
	CHECK(allowed(MESSAGE_ACCEPT, 0, PARTY_MASTER, PARTY_WORKER));
	CHECK(!allowed(MESSAGE_ACCEPT, 0, PARTY_MASTER, PARTY_FETCHER));
	CHECK(allowed(MESSAGE_FETCH, 0, PARTY_MASTER, PARTY_FETCHER));
	CHECK(!allowed(MESSAGE_FETCH, 0, PARTY_MASTER, PARTY_WORKER));
	CHECK(allowed(MESSAGE_FETCHED, 0, PARTY_MASTER, PARTY_WORKER));
	CHECK(allowed(MESSAGE_LOG_FILE, 0, PARTY_MASTER, PARTY_WORKER));
	CHECK(!allowed(MESSAGE_READY, 0, PARTY_MASTER, PARTY_WORKER));
}

static void
text_and_control_do_not_mix(void)
{
	CHECK(allowed(MESSAGE_TEXT, 5, PARTY_WORKER, PARTY_PRINTER));
	CHECK(!allowed(MESSAGE_TEXT, 5, PARTY_WORKER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_READY, 0, PARTY_WORKER, PARTY_PRINTER));
	CHECK(allowed(MESSAGE_TEXT_THERE, 0, PARTY_WORKER, PARTY_PRINTER));
	CHECK(!allowed(MESSAGE_TEXT_THERE, 0, PARTY_FETCHER, PARTY_PRINTER));
	CHECK(!allowed(MESSAGE_TEXT_THERE, 1, PARTY_WORKER, PARTY_PRINTER));
	CHECK(allowed(MESSAGE_TEXT_ROOM, 0, PARTY_PRINTER, PARTY_WORKER));
	CHECK(!allowed(MESSAGE_TEXT_ROOM, 0, PARTY_WORKER, PARTY_PRINTER));
}

static void
a_body_is_as_large_as_its_type_allows(void)
{
	struct message message = { .type = MESSAGE_UNIT, .size = 5 };

	CHECK(!allowed(MESSAGE_READY, 1, PARTY_WORKER, PARTY_MASTER));
	CHECK(allowed(
	    MESSAGE_UNIT, MESSAGE_BODY_MAX, PARTY_MASTER, PARTY_WORKER));
	CHECK(!allowed(
	    MESSAGE_UNIT, MESSAGE_BODY_MAX + 1, PARTY_MASTER, PARTY_WORKER));
	/* What the head says is not what came. */
	CHECK(!message_is_allowed(&message, 4, PARTY_MASTER, PARTY_WORKER));
}

static void
each_type_goes_some_way_and_nothing_else_does(void)
{
	uint32_t type, ways;
	size_t from, to;

	for (type = 0; type <= MESSAGE_TYPES; type++) {
		for (ways = 0, from = 0; from < 4; from++)
			for (to = 0; to < 4; to++)
				ways += allowed(
				    type, 0, parties[from], parties[to]);
		CHECK((ways > 0) == (type > 0 && type < MESSAGE_TYPES));
	}
	CHECK(!allowed(UINT32_MAX, 0, PARTY_WORKER, PARTY_MASTER));
}

/* The sender's end, and the master's, which hears a worker. */
static void
open_channels(struct channel *worker, struct channel *master)
{
	int fds[2];

	CHECK(channel_pair(fds) == 0);
	channel_init(worker, fds[0]);
	channel_init(master, fds[1]);
	channel_hear(master, PARTY_WORKER, PARTY_MASTER);
}

/* Nothing that was sent is heard, nor what is allowed and comes after it. */
static void
check_refusal(struct channel *worker, struct channel *master)
{
	struct message message;

	CHECK(!master->refused);
	CHECK(channel_say(worker, MESSAGE_READY, 0) == 0);
	CHECK(channel_receive(master, &message, body) == -1);
	CHECK(master->refused);
	CHECK(channel_receive(master, &message, body) == -1);
	channel_close(worker);
	channel_close(master);
}

static void
a_channel_refuses_the_wrong_direction(void)
{
	struct channel worker, master;
	struct message message;

	open_channels(&worker, &master);
	CHECK(channel_say(&worker, MESSAGE_READY, 7) == 0);
	CHECK(channel_receive(&master, &message, body) == 1);
	CHECK(message.type == MESSAGE_READY && message.id == 7);
	CHECK(channel_receive(&master, &message, body) == 0);
	CHECK(channel_say(&worker, MESSAGE_QUIT, 0) == 0);
	check_refusal(&worker, &master);
}

static void
a_channel_refuses_the_wrong_size(void)
{
	struct message message = { .type = MESSAGE_CLOSED, .size = 3 };
	struct channel worker, master;

	open_channels(&worker, &master);
	CHECK(channel_send(&worker, &message, "abc") == 0);
	check_refusal(&worker, &master);
}

static void
a_channel_refuses_what_has_no_head(void)
{
	struct channel worker, master;

	open_channels(&worker, &master);
	CHECK(write(worker.fd, "abc", 3) == 3);
	check_refusal(&worker, &master);
}

static void
a_channel_that_expects_nobody_refuses_all(void)
{
	struct channel worker, master;

	open_channels(&worker, &master);
	channel_hear(&master, 0, 0);
	CHECK(channel_say(&worker, MESSAGE_READY, 0) == 0);
	check_refusal(&worker, &master);
}

static bool
is_same_file(int one, int other)
{
	struct stat a, b;

	return fstat(one, &a) == 0 && fstat(other, &b) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static void
a_descriptor_comes_with_its_message(void)
{
	struct message message = { .type = MESSAGE_LOG_FILE };
	struct channel worker, master;
	int fd = memfd_create("log", MFD_CLOEXEC), passed;

	open_channels(&worker, &master);
	channel_hear(&worker, PARTY_MASTER, PARTY_WORKER);
	CHECK(channel_pass(&master, &message, fd) == 0);
	CHECK(channel_pass(&master, &message, -1) == 0);
	CHECK(channel_receive(&worker, &message, body) == 1);
	passed = channel_take_passed(&worker);
	CHECK(passed != -1 && passed != fd && is_same_file(passed, fd));
	CHECK((fcntl(passed, F_GETFD) & FD_CLOEXEC) != 0);
	CHECK(channel_take_passed(&worker) == -1);
	CHECK(channel_receive(&worker, &message, body) == 1);
	CHECK(channel_take_passed(&worker) == -1);
	close(passed);
	close(fd);
	channel_close(&worker);
	channel_close(&master);
}

/* What waits is the newest one only, so that descriptors do not pile up. */
static void
a_descriptor_takes_the_place_of_one_that_waits(void)
{
	struct message message = { .type = MESSAGE_LOG_FILE }, text;
	struct channel worker, master;
	int first = memfd_create("first", 0), last = memfd_create("last", 0);
	int passed, count = 0;

	open_channels(&worker, &master);
	channel_hear(&worker, PARTY_MASTER, PARTY_WORKER);
	while (!channel_waiting(&master))
		CHECK(channel_say(&master, MESSAGE_GO, 0) == 0);
	CHECK(channel_pass(&master, &message, first) == 0);
	CHECK(channel_pass(&master, &message, last) == 0);
	while (channel_waiting(&master) ||
	    channel_receive(&worker, &text, body) == 1) {
		passed = channel_take_passed(&worker);
		if (passed != -1)
			CHECK(++count == 1 && is_same_file(passed, last));
		if (passed != -1)
			close(passed);
		if (channel_waiting(&master)) {
			(void)channel_receive(&worker, &text, body);
			CHECK(channel_flush(&master) == 0);
		}
	}
	CHECK(count == 1);
	close(first);
	close(last);
	channel_close(&worker);
	channel_close(&master);
}

static void
a_descriptor_that_must_not_come_is_refused_and_closed(void)
{
	struct message message = { .type = MESSAGE_READY };
	struct channel worker, master;
	int pipes[2];
	char byte;

	CHECK(pipe(pipes) == 0);
	open_channels(&worker, &master);
	CHECK(channel_pass(&worker, &message, pipes[1]) == 0);
	close(pipes[1]);
	CHECK(channel_receive(&master, &message, body) == -1);
	CHECK(master.refused);
	channel_close(&worker);
	channel_close(&master);
	/* Nobody has the other end any more. */
	CHECK(read(pipes[0], &byte, 1) == 0);
	close(pipes[0]);
}

int
main(void)
{
	UNIT_RUN(children_say_only_what_children_may);
	UNIT_RUN(the_master_says_only_what_it_may);
	UNIT_RUN(text_and_control_do_not_mix);
	UNIT_RUN(a_body_is_as_large_as_its_type_allows);
	UNIT_RUN(each_type_goes_some_way_and_nothing_else_does);
	UNIT_RUN(a_channel_refuses_the_wrong_direction);
	UNIT_RUN(a_channel_refuses_the_wrong_size);
	UNIT_RUN(a_channel_refuses_what_has_no_head);
	UNIT_RUN(a_channel_that_expects_nobody_refuses_all);
	UNIT_RUN(a_descriptor_comes_with_its_message);
	UNIT_RUN(a_descriptor_takes_the_place_of_one_that_waits);
	UNIT_RUN(a_descriptor_that_must_not_come_is_refused_and_closed);
	return unit_end();
}
