/*
 * A store of sessions against a server that is lost, unknown or silent, or that
 * answers wrong.
 */
#include "store_play.h"

/* The store has not got what was asked for, and the asker hears that. */
static void
server_misses(struct asker *asker)
{
	server_hears(GET_A);
	server_say("$-1\r\n");
	asker_wait(asker);
	CHECK(asker->verdict == STORE_MISSED);
}

/* Only the removal is sent again. */
static void
a_lost_connection(void)
{
	struct asker a, b;

	play_ready();
	asker_put(&a);
	store_remove(store, (const uint8_t *)"a", 1);
	asker_init(&b);
	store_take(store, &b.ask, (const uint8_t *)"a", 1);
	play_turns(5);
	CHECK(heard.size > 0);
	server_hang_up();
	asker_wait(&a);
	asker_wait(&b);
	CHECK(a.verdict == STORE_FAILED && b.verdict == STORE_FAILED);
	server_greet();
	server_hears(DEL_A);
	server_say(":1\r\n");
	play_turns(3);
	CHECK(strstr(said.data, ": it has closed the connection\n") != NULL);
	CHECK(counts[STAT_STORE_ERRORS] == 2 &&
	    counts[STAT_STORE_REMOVALS] == 1 &&
	    counts[STAT_STORE_RECONNECTS] == 1);
	play_end();
}

/* What is asked meanwhile waits for the new connection. */
static void
a_restart(void)
{
	struct asker a;

	play_ready();
	server_hang_up();
	play_turns(2);
	asker_get(&a);
	server_greet();
	server_misses(&a);
	play_end();
}

static void
no_server(void)
{
	struct asker a;
	double start_ms;
	int i;

	unlink(path);
	play_begin();
	play_turns(20);
	for (i = 0; i < 3; i++) {
		start_ms = unit_now_ms();
		asker_get(&a);
		asker_wait(&a);
		CHECK(a.verdict == STORE_FAILED);
	}
	CHECK(unit_now_ms() - start_ms < TIMEOUT_MS);
	CHECK(strstr(said.data, ": cannot connect: No such file") != NULL);
	/* It comes, and all is well. */
	server_begin();
	server_greet();
	play_turns(5);
	asker_get(&a);
	server_misses(&a);
	play_end();
}

/* First it is not known, then unknown, then known. */
static void
a_name(void)
{
	struct asker a;

	*uri.path = '\0';
	memcpy(uri.host, "store", 6);
	memcpy(uri.port, "1", 2);
	find_result = 0;
	server_begin();
	play_begin();
	asker_get(&a);
	asker_wait(&a);
	CHECK(a.verdict == STORE_FAILED && said.size == 0);
	find_result = -1;
	play_turns(40);
	CHECK(strstr(said.data, "session store store:1: no such name") != NULL);
	find_result = 1;
	server_greet();
	play_turns(3);
	asker_get(&a);
	server_hears(GET_A);
	play_end();
	*uri.host = '\0';
	snprintf(uri.path, sizeof(uri.path), "%s", path);
}

/* Nobody listens at the first one: who waits goes on waiting. */
static void
two_addresses(void)
{
	struct asker a;

	*uri.path = '\0';
	memcpy(uri.host, "store", 6);
	find_result = 2;
	server_begin();
	play_begin();
	asker_get(&a);
	server_greet();
	server_misses(&a);
	CHECK(said.size == 0);
	play_end();
	*uri.host = '\0';
	snprintf(uri.path, sizeof(uri.path), "%s", path);
}

/* An answer without a word, too. */
static void
a_server_that_tells_nothing(void)
{
	struct asker a;
	char text[64];

	server_begin();
	play_begin();
	server_hears(GREETING);
	snprintf(text, sizeof(text), "-\r\n*2\r\n$10\r\n%010lld\r\n$1\r\n0\r\n",
	    (long long)time(NULL));
	server_say(text);
	asker_get(&a);
	server_hears(GET_A);
	CHECK(strstr(said.data, "run_id (INFO server), so there is no early") !=
	    NULL);
	textbuf_clear(&said);
	said_ms = 0;
	server_say("-\r\n");
	asker_wait(&a);
	CHECK(a.verdict == STORE_FAILED);
	CHECK(strstr(said.data, "session store ") != NULL);
	play_end();
}

static void
nonsense(const char *answer, const char *why)
{
	struct asker a;

	play_ready();
	asker_get(&a);
	server_hears(GET_A);
	server_say(answer);
	asker_wait(&a);
	play_turns(5);
	CHECK(a.verdict == STORE_FAILED ||
	    strcmp(why, "answers what nobody asked") == 0);
	if (strstr(said.data, why) == NULL)
		fprintf(stderr, "said: %s", said.data);
	CHECK(strstr(said.data, why) != NULL);
	CHECK(recv(peer, (char[1]){ 0 }, 1, 0) == 0);
	/* For a second nothing is asked, and nobody waits. */
	server_hang_up();
	asker_get(&a);
	play_turns(3);
	CHECK(a.times == 1 && a.verdict == STORE_FAILED && peer == -1);
	play_end();
}

static void
wrong_answers(void)
{
	nonsense("garbage\r\n", "garbage");
	nonsense("*1000000000\r\n", "garbage");
	nonsense("*1\r\n$1\r\na\r\n", "something else");
	nonsense(":1\r\n", "something else");
	nonsense("$-1\r\n$1\r\na\r\n", "answers what nobody asked");
}

/* Half an answer is none. */
static void
half_an_answer(void)
{
	struct asker a;

	play_ready();
	asker_get(&a);
	server_hears(GET_A);
	server_say("$100\r\nabc");
	asker_wait(&a);
	CHECK(a.verdict == STORE_FAILED);
	play_end();
}

static void
a_server_that_does_not_answer(void)
{
	struct asker a[20], b;
	size_t i;

	play_ready();
	for (i = 0; i < 20; i++)
		asker_get(&a[i]);
	for (i = 0; i < 20; i++) {
		asker_wait(&a[i]);
		CHECK(a[i].verdict == STORE_FAILED);
	}
	CHECK(recv(peer, (char[2000]){ 0 }, 2000, 0) == 0);
	server_hang_up();
	asker_get(&b);
	play_turns(2);
	CHECK(b.times == 1 && b.verdict == STORE_FAILED && peer == -1);
	play_end();
}

int
main(void)
{
	play_open();
	UNIT_RUN(a_lost_connection);
	UNIT_RUN(a_restart);
	UNIT_RUN(no_server);
	UNIT_RUN(a_name);
	UNIT_RUN(two_addresses);
	UNIT_RUN(a_server_that_tells_nothing);
	UNIT_RUN(wrong_answers);
	UNIT_RUN(half_an_answer);
	UNIT_RUN(a_server_that_does_not_answer);
	play_close();
	return unit_end();
}
