/*
 * A store of sessions against a server that the test plays: what it is asked
 * and when, also if it is asked much, and what becomes of late answers.
 */
#include "store/store_removals.h"
#include "store_play.h"

static void
questions(void)
{
	struct asker a, b, c;

	play_ready();
	asker_get(&a);
	asker_put(&b);
	asker_init(&c);
	store_take(store, &c.ask, (const uint8_t *)"\0\xff", 2);
	server_hears(GET_A
	    "*6\r\n$3\r\nSET\r\n$4\r\np:61\r\n$1\r\ns\r\n$2\r\nNX\r\n$2\r\nPX"
	    "\r\n$4\r\n5000\r\n"
	    "*2\r\n$6\r\nGETDEL\r\n$6\r\np:00FF\r\n");
	server_say("$3\r\nabc\r\n+OK\r\n$-1\r\n");
	asker_wait(&c);
	CHECK(a.times == 1 && a.verdict == STORE_FOUND && a.size == 3 &&
	    memcmp(a.session, "abc", 3) == 0);
	CHECK(a.offset_ms > 57000 && a.offset_ms < 62000);
	CHECK(b.times == 1 && b.verdict == STORE_DONE);
	CHECK(c.verdict == STORE_MISSED);
	/* Errors, and an ID that is in use. */
	asker_get(&a);
	asker_put(&b);
	asker_put(&c);
	play_turns(5);
	server_say("-WRONGTYPE Operation\x1b\r\n$-1\r\n-OOM no room\r\n");
	asker_wait(&c);
	CHECK(a.verdict == STORE_FAILED && b.verdict == STORE_MISSED &&
	    c.verdict == STORE_FAILED);
	CHECK(strstr(said.data, "WRONGTYPE Operation\\x1B") != NULL ||
	    strstr(said.data, "WRONGTYPE Operation\\x1b") != NULL);
	CHECK(strstr(said.data, "OOM") == NULL); /* too soon after that */
	play_end();
}

static void
an_old_server(void)
{
	static const char eval[] = "*4\r\n$4\r\nEVAL\r\n$";
	struct asker a;

	server_begin();
	play_begin();
	asker_init(&a);
	store_take(store, &a.ask, (const uint8_t *)"a", 1);
	server_greet_as(OLD_INFO);
	while (heard.size == 0)
		play_turn();
	CHECK(strncmp(heard.data, eval, sizeof(eval) - 1) == 0);
	CHECK(strstr(heard.data, "redis.call('DEL',KEYS[1])") != NULL);
	CHECK(strstr(heard.data, "$1\r\n1\r\n$4\r\np:61\r\n") != NULL);
	server_say("$1\r\nx\r\n");
	asker_wait(&a);
	CHECK(a.verdict == STORE_FOUND);
	play_end();
}

/* Its answer comes, but nobody takes it for the answer to another question. */
static void
a_late_answer(void)
{
	struct asker a, b;

	play_ready();
	asker_get(&a);
	asker_wait(&a);
	CHECK(a.verdict == STORE_FAILED);
	CHECK(strstr(said.data, ": no answer in time\n") != NULL);
	asker_get(&b);
	server_hears(GET_A GET_A);
	server_say("$3\r\nold\r\n$3\r\nnew\r\n");
	asker_wait(&b);
	CHECK(b.verdict == STORE_FOUND && memcmp(b.session, "new", 3) == 0);
	CHECK(a.times == 1);
	play_end();
}

static void
who_forgets_hears_nothing(void)
{
	struct asker a, b;

	play_ready();
	asker_get(&a);
	store_forget(&a.ask);
	store_forget(&a.ask);
	asker_get(&b);
	play_turns(5);
	server_say("$3\r\nold\r\n$3\r\nnew\r\n");
	asker_wait(&b);
	CHECK(a.times == 0 && memcmp(b.session, "new", 3) == 0);
	play_end();
}

static void
too_many_questions(void)
{
	static struct asker many[4200];
	size_t i;

	play_ready();
	for (i = 0; i < 4200; i++)
		asker_get(&many[i]);
	for (i = 0; i < 4200; i++) {
		CHECK(many[i].times <= 1);
		asker_wait(&many[i]);
		CHECK(many[i].verdict == STORE_FAILED);
	}
	CHECK(strstr(said.data, "too many commands") != NULL);
	play_end();
}

/* More than the socket takes at once. */
static void
large_sessions(void)
{
	static struct asker many[100];
	static uint8_t session[32 * 1024];
	double until_ms = unit_now_ms() + PATIENCE_MS;
	size_t i, each = 0, sets = 0;

	play_ready();
	memset(session, 's', sizeof(session));
	for (i = 0; i < 100; i++) {
		asker_init(&many[i]);
		store_put(store, &many[i].ask, (const uint8_t *)"a", 1, session,
		    sizeof(session), 1000, false);
	}
	each = sizeof(session) +
	    strlen("*6\r\n$3\r\nSET\r\n$4\r\np:61\r\n"
		   "$32768\r\n\r\n$2\r\nNX\r\n$2\r\n"
		   "PX\r\n$4\r\n1000\r\n");
	while (heard.size < 100 * each && unit_now_ms() < until_ms)
		play_turn();
	CHECK(heard.size == 100 * each);
	for (i = 0; i < heard.size; i += each)
		sets += strncmp(heard.data + i, "*6\r\n$3\r\nSET", 11) == 0;
	CHECK(sets == 100);
	for (i = 0; i < 100; i++)
		server_say("+OK\r\n");
	asker_wait(&many[99]);
	for (i = 0; i < 100; i++)
		CHECK(many[i].times == 1);
	play_end();
}

/* The newest 10,000, the oldest of them first. */
static void
removals(void)
{
	uint8_t id[2];
	unsigned i, count = 0;
	const char *at;
	double until_ms = unit_now_ms() + PATIENCE_MS;

	unlink(path);
	play_begin();
	play_turns(3);
	for (i = 0; i < STORE_REMOVALS_MAX + 5; i++) {
		id[0] = (uint8_t)(i >> 8);
		id[1] = (uint8_t)i;
		store_remove(store, id, 2);
	}
	server_begin();
	server_greet();
	while (count < STORE_REMOVALS_MAX && unit_now_ms() < until_ms) {
		play_turn();
		for (at = heard.data;
		     heard.size > 0 && (at = strstr(at, "DEL\r\n")) != NULL;
		     at++) {
			if (count++ == 0)
				CHECK(strncmp(at, "DEL\r\n$6\r\np:0005\r\n",
					  17) == 0);
			server_say(":0\r\n");
		}
		textbuf_clear(&heard);
	}
	play_turns(3);
	CHECK(count == STORE_REMOVALS_MAX && heard.size == 0);
	play_end();
}

int
main(void)
{
	play_open();
	UNIT_RUN(questions);
	UNIT_RUN(an_old_server);
	UNIT_RUN(a_late_answer);
	UNIT_RUN(who_forgets_hears_nothing);
	UNIT_RUN(too_many_questions);
	UNIT_RUN(large_sessions);
	UNIT_RUN(removals);
	play_close();
	return unit_end();
}
