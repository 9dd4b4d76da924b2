/*
 * A store of sessions against a server that the test plays: what it is asked
 * and when, also if it is asked much, and what becomes of late answers.
 */
#include "store/store_keys.h"
#include "store/store_removals.h"
#include "store_play.h"

static void
questions(void)
{
	struct asker a, b, c;
	struct store_value value;

	play_ready();
	asker_put(&b);
	server_hears_put(&value);
	CHECK(value.time_offset_ms > 57000 && value.time_offset_ms < 62000);
	CHECK(!value.single_use);
	server_say("+OK\r\n");
	asker_wait(&b);
	CHECK(b.times == 1 && b.verdict == STORE_DONE);
	asker_get(&a);
	asker_init(&c);
	store_take(store, &c.ask, (const uint8_t *)"\0\xff", 2);
	server_hears(GET_A "*2\r\n$6\r\nGETDEL\r\n$6\r\np:00FF\r\n");
	server_say_session("abc");
	server_say("$-1\r\n");
	asker_wait(&c);
	CHECK(a.times == 1 && a.verdict == STORE_FOUND && a.size == 3 &&
	    memcmp(a.session, "abc", 3) == 0);
	/* It was put by a host whose clock is that of the store. */
	CHECK(a.shift_s >= -62 && a.shift_s < -57);
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
	/* The first miss is that of play_ready. */
	CHECK(counts[STAT_STORE_HITS] == 1 && counts[STAT_STORE_MISSES] == 2 &&
	    counts[STAT_STORE_PUTS] == 1 && counts[STAT_STORE_ERRORS] == 3);
	CHECK(play_answers() == 5);
	play_end();
}

static void
an_old_server(void)
{
	static const char eval[] = "*4\r\n$4\r\nEVAL\r\n$";
	struct asker a;

	server_begin();
	play_begin();
	asker_take(&a);
	server_greet_as(OLD_INFO);
	while (heard.size == 0)
		play_turn();
	CHECK(strncmp(heard.data, eval, sizeof(eval) - 1) == 0);
	CHECK(strstr(heard.data, "redis.call('DEL',KEYS[1])") != NULL);
	CHECK(strstr(heard.data, "$1\r\n1\r\n$4\r\np:61\r\n") != NULL);
	server_say_session("x");
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
	server_say_session("old");
	server_say_session("new");
	asker_wait(&b);
	CHECK(b.verdict == STORE_FOUND && memcmp(b.session, "new", 3) == 0);
	CHECK(a.times == 1);
	CHECK(counts[STAT_STORE_TIMEOUTS] == 1 &&
	    counts[STAT_STORE_HITS] == 1 && counts[STAT_STORE_ERRORS] == 0);
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
	server_say_session("old");
	server_say_session("new");
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
	each = sizeof(session) + 18 +
	    strlen("*6\r\n$3\r\nSET\r\n$4\r\np:61\r\n"
		   "$32786\r\n\r\n$2\r\nNX\r\n$2\r\n"
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
	CHECK(counts[STAT_STORE_REMOVALS] == STORE_REMOVALS_MAX &&
	    counts[STAT_STORE_REMOVALS_LOST] == 5);
	play_end();
}

static bool
is_sure(struct store_value *value, bool is_taken)
{
	struct asker a;

	if (is_taken)
		asker_take(&a);
	else
		asker_get(&a);
	play_turns(2);
	server_say_value(value);
	asker_wait(&a);
	CHECK(a.verdict == STORE_FOUND && a.size == 1);
	return a.is_sure;
}

/* Only what this run of the store has had all the time, and is taken. */
static void
single_use(void)
{
	struct store_value value;
	struct asker a;

	play_ready();
	asker_init(&a);
	store_put(store, &a.ask, (const uint8_t *)"a", 1, (const uint8_t *)"s",
	    1, 5000, true);
	server_hears_put(&value);
	server_say("+OK\r\n");
	asker_wait(&a);
	value.session = (const uint8_t *)"s";
	CHECK(value.single_use && strcmp(value.run_id, RUN_ID) == 0);
	CHECK(is_sure(&value, true));
	CHECK(counts[STAT_STORE_TAKES] == 1 && counts[STAT_STORE_HITS] == 1);
	CHECK(!is_sure(&value, false));
	value.run_id[0] ^= 1;
	CHECK(!is_sure(&value, true));
	memset(value.run_id, 0, sizeof(value.run_id));
	CHECK(!is_sure(&value, true));
	value.single_use = false;
	CHECK(!is_sure(&value, true));
	play_end();
	/* A store that does not tell its run_id. */
	server_begin();
	play_begin();
	asker_get(&a);
	server_greet_as("redis_version:7.0.15\r\n");
	server_hears(GET_A);
	server_say("$-1\r\n");
	value.single_use = true;
	CHECK(!is_sure(&value, true));
	memcpy(value.run_id, RUN_ID, sizeof(value.run_id));
	CHECK(!is_sure(&value, true));
	play_end();
}

static void
sealed(void)
{
	static struct store_keys some;
	struct store_value value;
	struct asker a;

	CHECK(
	    store_keys_add(&some, "0123456789abcdef0123456789abcdef", 32) == 0);
	keys = &some;
	play_ready();
	asker_put(&a);
	server_hears_put(&value);
	server_say("+OK\r\n");
	asker_wait(&a);
	asker_get(&a);
	server_hears(GET_A);
	server_say_session("abc");
	asker_wait(&a);
	CHECK(a.verdict == STORE_FOUND && memcmp(a.session, "abc", 3) == 0);
	/* What is not sealed is not ours. */
	keys = NULL;
	asker_get(&a);
	server_hears(GET_A);
	server_say_session("abc");
	asker_wait(&a);
	CHECK(a.verdict == STORE_MISSED && a.size == 0);
	CHECK(strstr(said.data, ": p:61: it is not sealed") != NULL);
	play_end();
	store_keys_close(&some);
}

static void
what_is_no_session(void)
{
	static uint8_t large[STORE_SESSION_MAX + 1];
	struct asker a;

	play_ready();
	asker_get(&a);
	server_hears(GET_A);
	server_say("$3\r\nabc\r\n");
	asker_wait(&a);
	CHECK(a.verdict == STORE_MISSED);
	CHECK(strstr(said.data, ": p:61: somebody else wrote it") != NULL);
	CHECK(counts[STAT_STORE_ERRORS] == 1 && counts[STAT_STORE_HITS] == 0);
	said_ms = 0;
	asker_init(&a);
	store_put(store, &a.ask, (const uint8_t *)"a", 1, large, sizeof(large),
	    1, false);
	CHECK(a.times == 0);
	asker_wait(&a);
	CHECK(a.verdict == STORE_FAILED && heard.size == 0);
	CHECK(strstr(said.data, ": p:61: the session is too large") != NULL);
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
	UNIT_RUN(single_use);
	UNIT_RUN(sealed);
	UNIT_RUN(what_is_no_session);
	play_close();
	return unit_end();
}
