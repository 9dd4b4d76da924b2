/*
 * Which messages go which way, and what a channel does with one that must not:
 * it hears nothing more, whatever follows.
 */
#include "unit.h"

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
	CHECK(!allowed(MESSAGE_READY, 0, PARTY_MASTER, PARTY_WORKER));
}

static void
text_and_control_do_not_mix(void)
{
	CHECK(allowed(MESSAGE_TEXT, 5, PARTY_WORKER, PARTY_PRINTER));
	CHECK(!allowed(MESSAGE_TEXT, 5, PARTY_WORKER, PARTY_MASTER));
	CHECK(!allowed(MESSAGE_READY, 0, PARTY_WORKER, PARTY_PRINTER));
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
	return unit_end();
}
