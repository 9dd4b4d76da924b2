/*
 * A store of sessions against a server that the test plays: what it is asked
 * and when, and what becomes of questions that it answers late, wrong or never.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdatomic.h>

#include "base/loop.h"
#include "config/store_uri.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "store/store.h"
#include "store/store_removals.h"
#include "store/store_start.h"
#include "unit.h"

#define TIMEOUT_MS  100
#define PATIENCE_MS 10000
#define RUN_ID	    "0123456789abcdef0123456789abcdef01234567"
#define INFO	    "redis_version:7.0.15\r\nrun_id:" RUN_ID "\r\n"
#define OLD_INFO    "redis_version:6.0.16\r\nrun_id:" RUN_ID "\r\n"
#define GREETING                               \
	"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n" \
	"*1\r\n$4\r\nTIME\r\n"
#define GET_A "*2\r\n$3\r\nGET\r\n$4\r\np:61\r\n"
#define DEL_A "*2\r\n$3\r\nDEL\r\n$4\r\np:61\r\n"

static struct loop loop;
static struct loop_timer tick;
static char path[64];
static struct store_uri uri;
static struct store *store;
static _Atomic int64_t said_ms;
static struct textbuf said;
static int listener = -1, peer = -1;
static int find_result; /* what the finder will return */
static struct textbuf heard; /* by the server */

struct asker {
	struct store_ask ask;
	unsigned times; /* heard so often */
	enum store_verdict verdict;
	char session[64];
	size_t size;
	int64_t offset_ms;
};

static void
on_heard(void *arg, const struct store_answer *answer)
{
	struct asker *asker = arg;

	CHECK(asker->ask.command == NULL);
	asker->times++;
	asker->verdict = answer->verdict;
	asker->offset_ms = answer->time_offset_ms;
	asker->size = answer->size;
	if (answer->size > 0 && answer->size <= sizeof(asker->session))
		memcpy(asker->session, answer->session, answer->size);
}

static void
asker_init(struct asker *asker)
{
	memset(asker, 0, sizeof(*asker));
	asker->ask.heard = on_heard;
	asker->ask.arg = asker;
}

static void
on_tick(void *arg)
{
	(void)arg;
}

static void
keep_said(enum text_stream stream, const void *data, size_t size, void *arg)
{
	(void)stream;
	(void)arg;
	textbuf_append(&said, data, size);
}

/* One turn of the worker's loop, then the server's ears. */
static void
turn(void)
{
	char data[65536];
	ssize_t n;

	loop_timer_set(&loop, &tick, 1);
	loop_wait(&loop);
	loop_dispatch(&loop);
	if (peer == -1 && listener != -1)
		peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	while (peer != -1 && (n = recv(peer, data, sizeof(data), 0)) > 0)
		textbuf_append(&heard, data, (size_t)n);
}

static void
turns(int count)
{
	while (count-- > 0)
		turn();
}

static void
serve(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(listener, 8) == 0);
}

static void
hang_up(void)
{
	close(peer);
	peer = -1;
	textbuf_clear(&heard);
}

static void
stop_serving(void)
{
	close(listener);
	listener = -1;
}

static void
say(const char *text)
{
	CHECK(send(peer, text, strlen(text), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(text));
}

/* Wait until the server has heard that, and nothing else. */
static void
hears(const char *text)
{
	double until_ms = unit_now_ms() + PATIENCE_MS;

	while (heard.size < strlen(text) && unit_now_ms() < until_ms)
		turn();
	if (heard.size == 0 || strcmp(heard.data, text) != 0)
		fprintf(stderr, "heard: %s\n", heard.data);
	CHECK(heard.size > 0 && strcmp(heard.data, text) == 0);
	textbuf_clear(&heard);
}

static void
wait_for(const struct asker *asker)
{
	double until_ms = unit_now_ms() + PATIENCE_MS;

	while (asker->times == 0 && unit_now_ms() < until_ms)
		turn();
	CHECK(asker->times == 1);
}

static void
greet_as(const char *info)
{
	char text[512];

	hears(GREETING);
	snprintf(text, sizeof(text),
	    "$%zu\r\n%s\r\n*2\r\n$10\r\n%010lld\r\n$1\r\n0\r\n", strlen(info),
	    info, (long long)time(NULL) + 60);
	say(text);
}

static void
greet(void)
{
	greet_as(INFO);
}

/* A store_link_finder: the name is that of our socket. */
static int
find(void *arg, int64_t since_ms, struct store_address *address,
    unsigned *count, struct textbuf *why)
{
	struct sockaddr_un *at = (struct sockaddr_un *)&address->address;

	CHECK(arg == &find_result && since_ms > 0);
	*count = 0;
	if (find_result == -1)
		textbuf_puts(why, "no such name");
	if (find_result != 1)
		return find_result;
	at->sun_family = AF_UNIX;
	snprintf(at->sun_path, sizeof(at->sun_path), "%s", path);
	address->size = sizeof(*at);
	*count = 1;
	return 1;
}

static void
begin(void)
{
	struct store_start start = { .prefix = "p:", .wants_run = true };

	start.link = (struct store_link_setup){ .loop = &loop,
		.uri = &uri,
		.timeout_ms = TIMEOUT_MS,
		.find = find,
		.find_arg = &find_result,
		.said_ms = &said_ms };
	said_ms = 0;
	textbuf_clear(&said);
	textbuf_clear(&heard);
	store = store_begin(&start);
}

static void
begin_ready(void)
{
	struct asker asker;

	serve();
	begin();
	asker_init(&asker);
	store_get(store, &asker.ask, (const uint8_t *)"a", 1);
	greet();
	hears(GET_A);
	say("$-1\r\n");
	wait_for(&asker);
	CHECK(asker.verdict == STORE_MISSED);
}

static void
end(void)
{
	store_close(store);
	if (peer != -1)
		hang_up();
	if (listener != -1)
		stop_serving();
}

static void
get(struct asker *asker)
{
	asker_init(asker);
	store_get(store, &asker->ask, (const uint8_t *)"a", 1);
	CHECK(asker->times == 0);
}

static void
put(struct asker *asker)
{
	asker_init(asker);
	store_put(store, &asker->ask, (const uint8_t *)"a", 1,
	    (const uint8_t *)"s", 1, 5000, false);
	CHECK(asker->times == 0);
}

static void
questions(void)
{
	struct asker a, b, c;

	begin_ready();
	get(&a);
	put(&b);
	asker_init(&c);
	store_take(store, &c.ask, (const uint8_t *)"\0\xff", 2);
	hears(GET_A
	    "*6\r\n$3\r\nSET\r\n$4\r\np:61\r\n$1\r\ns\r\n$2\r\nNX\r\n$2\r\nPX"
	    "\r\n$4\r\n5000\r\n"
	    "*2\r\n$6\r\nGETDEL\r\n$6\r\np:00FF\r\n");
	say("$3\r\nabc\r\n+OK\r\n$-1\r\n");
	wait_for(&c);
	CHECK(a.times == 1 && a.verdict == STORE_FOUND && a.size == 3 &&
	    memcmp(a.session, "abc", 3) == 0);
	CHECK(a.offset_ms > 57000 && a.offset_ms < 62000);
	CHECK(b.times == 1 && b.verdict == STORE_DONE);
	CHECK(c.verdict == STORE_MISSED);
	/* Errors, and an ID that is in use. */
	get(&a);
	put(&b);
	put(&c);
	turns(5);
	say("-WRONGTYPE Operation\x1b\r\n$-1\r\n-OOM no room\r\n");
	wait_for(&c);
	CHECK(a.verdict == STORE_FAILED && b.verdict == STORE_MISSED &&
	    c.verdict == STORE_FAILED);
	CHECK(strstr(said.data, "WRONGTYPE Operation\\x1B") != NULL ||
	    strstr(said.data, "WRONGTYPE Operation\\x1b") != NULL);
	CHECK(strstr(said.data, "OOM") == NULL); /* too soon after that */
	end();
}

static void
an_old_server(void)
{
	static const char eval[] = "*4\r\n$4\r\nEVAL\r\n$";
	struct asker a;

	serve();
	begin();
	asker_init(&a);
	store_take(store, &a.ask, (const uint8_t *)"a", 1);
	greet_as(OLD_INFO);
	while (heard.size == 0)
		turn();
	CHECK(strncmp(heard.data, eval, sizeof(eval) - 1) == 0);
	CHECK(strstr(heard.data, "redis.call('DEL',KEYS[1])") != NULL);
	CHECK(strstr(heard.data, "$1\r\n1\r\n$4\r\np:61\r\n") != NULL);
	say("$1\r\nx\r\n");
	wait_for(&a);
	CHECK(a.verdict == STORE_FOUND);
	end();
}

/* Its answer comes, but nobody takes it for the answer to another question. */
static void
a_late_answer(void)
{
	struct asker a, b;

	begin_ready();
	get(&a);
	wait_for(&a);
	CHECK(a.verdict == STORE_FAILED);
	CHECK(strstr(said.data, ": no answer in time\n") != NULL);
	get(&b);
	hears(GET_A GET_A);
	say("$3\r\nold\r\n$3\r\nnew\r\n");
	wait_for(&b);
	CHECK(b.verdict == STORE_FOUND && memcmp(b.session, "new", 3) == 0);
	CHECK(a.times == 1);
	end();
}

static void
who_forgets_hears_nothing(void)
{
	struct asker a, b;

	begin_ready();
	get(&a);
	store_forget(&a.ask);
	store_forget(&a.ask);
	get(&b);
	turns(5);
	say("$3\r\nold\r\n$3\r\nnew\r\n");
	wait_for(&b);
	CHECK(a.times == 0 && memcmp(b.session, "new", 3) == 0);
	end();
}

/* Only the removal is sent again. */
static void
a_lost_connection(void)
{
	struct asker a, b;

	begin_ready();
	put(&a);
	store_remove(store, (const uint8_t *)"a", 1);
	asker_init(&b);
	store_take(store, &b.ask, (const uint8_t *)"a", 1);
	turns(5);
	CHECK(heard.size > 0);
	hang_up();
	wait_for(&a);
	wait_for(&b);
	CHECK(a.verdict == STORE_FAILED && b.verdict == STORE_FAILED);
	greet();
	hears(DEL_A);
	say(":1\r\n");
	turns(3);
	CHECK(strstr(said.data, ": it has closed the connection\n") != NULL);
	end();
}

/* What is asked meanwhile waits for the new connection. */
static void
a_restart(void)
{
	struct asker a;

	begin_ready();
	hang_up();
	turns(2);
	get(&a);
	greet();
	hears(GET_A);
	say("$-1\r\n");
	wait_for(&a);
	CHECK(a.verdict == STORE_MISSED);
	end();
}

static void
no_server(void)
{
	struct asker a;
	double start_ms;
	int i;

	unlink(path);
	begin();
	turns(20);
	for (i = 0; i < 3; i++) {
		start_ms = unit_now_ms();
		get(&a);
		wait_for(&a);
		CHECK(a.verdict == STORE_FAILED);
	}
	CHECK(unit_now_ms() - start_ms < TIMEOUT_MS);
	CHECK(strstr(said.data, ": cannot connect: No such file") != NULL);
	/* It comes, and all is well. */
	serve();
	greet();
	turns(5);
	get(&a);
	hears(GET_A);
	say("$-1\r\n");
	wait_for(&a);
	CHECK(a.verdict == STORE_MISSED);
	end();
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
	serve();
	begin();
	get(&a);
	wait_for(&a);
	CHECK(a.verdict == STORE_FAILED && said.size == 0);
	find_result = -1;
	turns(40);
	CHECK(strstr(said.data, "session store store:1: no such name") != NULL);
	find_result = 1;
	greet();
	turns(3);
	get(&a);
	hears(GET_A);
	end();
	*uri.host = '\0';
	snprintf(uri.path, sizeof(uri.path), "%s", path);
}

/* An answer without a word, too. */
static void
a_server_that_tells_nothing(void)
{
	struct asker a;
	char text[64];

	serve();
	begin();
	hears(GREETING);
	snprintf(text, sizeof(text), "-\r\n*2\r\n$10\r\n%010lld\r\n$1\r\n0\r\n",
	    (long long)time(NULL));
	say(text);
	get(&a);
	hears(GET_A);
	CHECK(strstr(said.data, "run_id (INFO server), so there is no early") !=
	    NULL);
	textbuf_clear(&said);
	said_ms = 0;
	say("-\r\n");
	wait_for(&a);
	CHECK(a.verdict == STORE_FAILED);
	CHECK(strstr(said.data, "session store ") != NULL);
	end();
}

static void
nonsense(const char *answer, const char *why)
{
	struct asker a;

	begin_ready();
	get(&a);
	hears(GET_A);
	say(answer);
	wait_for(&a);
	turns(5);
	CHECK(a.verdict == STORE_FAILED ||
	    strcmp(why, "answers what nobody asked") == 0);
	if (strstr(said.data, why) == NULL)
		fprintf(stderr, "said: %s", said.data);
	CHECK(strstr(said.data, why) != NULL);
	CHECK(recv(peer, (char[1]){ 0 }, 1, 0) == 0);
	/* For a second nothing is asked, and nobody waits. */
	hang_up();
	get(&a);
	turns(3);
	CHECK(a.times == 1 && a.verdict == STORE_FAILED && peer == -1);
	end();
}

static void
wrong_answers(void)
{
	nonsense("garbage\r\n", "garbage");
	nonsense("*1000000000\r\n", "garbage");
	nonsense("*1\r\n$1\r\na\r\n", "something else");
	nonsense(":1\r\n", "something else");
	nonsense("$1\r\na\r\n$1\r\na\r\n", "answers what nobody asked");
}

/* Half an answer is none. */
static void
half_an_answer(void)
{
	struct asker a;

	begin_ready();
	get(&a);
	hears(GET_A);
	say("$100\r\nabc");
	wait_for(&a);
	CHECK(a.verdict == STORE_FAILED);
	end();
}

static void
a_server_that_does_not_answer(void)
{
	struct asker a[20], b;
	size_t i;

	begin_ready();
	for (i = 0; i < 20; i++)
		get(&a[i]);
	for (i = 0; i < 20; i++) {
		wait_for(&a[i]);
		CHECK(a[i].verdict == STORE_FAILED);
	}
	CHECK(recv(peer, (char[2000]){ 0 }, 2000, 0) == 0);
	hang_up();
	get(&b);
	turns(2);
	CHECK(b.times == 1 && b.verdict == STORE_FAILED && peer == -1);
	end();
}

static void
too_many_questions(void)
{
	static struct asker many[4200];
	size_t i;

	begin_ready();
	for (i = 0; i < 4200; i++)
		get(&many[i]);
	for (i = 0; i < 4200; i++) {
		CHECK(many[i].times <= 1);
		wait_for(&many[i]);
		CHECK(many[i].verdict == STORE_FAILED);
	}
	CHECK(strstr(said.data, "too many commands") != NULL);
	end();
}

/* More than the socket takes at once. */
static void
large_sessions(void)
{
	static struct asker many[100];
	static uint8_t session[32 * 1024];
	double until_ms = unit_now_ms() + PATIENCE_MS;
	size_t i, each = 0, sets = 0;

	begin_ready();
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
		turn();
	CHECK(heard.size == 100 * each);
	for (i = 0; i < heard.size; i += each)
		sets += strncmp(heard.data + i, "*6\r\n$3\r\nSET", 11) == 0;
	CHECK(sets == 100);
	for (i = 0; i < 100; i++)
		say("+OK\r\n");
	wait_for(&many[99]);
	for (i = 0; i < 100; i++)
		CHECK(many[i].times == 1);
	end();
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
	begin();
	turns(3);
	for (i = 0; i < STORE_REMOVALS_MAX + 5; i++) {
		id[0] = (uint8_t)(i >> 8);
		id[1] = (uint8_t)i;
		store_remove(store, id, 2);
	}
	serve();
	greet();
	while (count < STORE_REMOVALS_MAX && unit_now_ms() < until_ms) {
		turn();
		for (at = heard.data;
		     heard.size > 0 && (at = strstr(at, "DEL\r\n")) != NULL;
		     at++) {
			if (count++ == 0)
				CHECK(strncmp(at, "DEL\r\n$6\r\np:0005\r\n",
					  17) == 0);
			say(":0\r\n");
		}
		textbuf_clear(&heard);
	}
	turns(3);
	CHECK(count == STORE_REMOVALS_MAX && heard.size == 0);
	end();
}

int
main(void)
{
	snprintf(path, sizeof(path), "/tmp/store_test.%d", getpid());
	snprintf(uri.path, sizeof(uri.path), "%s", path);
	memcpy(uri.database, "0", 2);
	tick.run = on_tick;
	CHECK(loop_open(&loop) == 0);
	text_set_sink(keep_said, NULL);
	UNIT_RUN(questions);
	UNIT_RUN(an_old_server);
	UNIT_RUN(a_late_answer);
	UNIT_RUN(who_forgets_hears_nothing);
	UNIT_RUN(a_lost_connection);
	UNIT_RUN(a_restart);
	UNIT_RUN(no_server);
	UNIT_RUN(a_name);
	UNIT_RUN(a_server_that_tells_nothing);
	UNIT_RUN(wrong_answers);
	UNIT_RUN(half_an_answer);
	UNIT_RUN(a_server_that_does_not_answer);
	UNIT_RUN(too_many_questions);
	UNIT_RUN(large_sessions);
	UNIT_RUN(removals);
	unlink(path);
	textbuf_free(&said);
	textbuf_free(&heard);
	return unit_end();
}
