/*
 * A store of sessions, and the server that the test plays for it.
 */
#ifndef STORE_PLAY_H
#define STORE_PLAY_H

#include <sys/socket.h>
#include <sys/un.h>

#include <stdatomic.h>

#include "base/counters.h"
#include "base/loop.h"
#include "config/store_uri.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "store/store.h"
#include "store/store_start.h"
#include "store/store_value.h"
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
static struct store_keys *keys; /* NULL: none */
static _Atomic int64_t said_ms;
static struct textbuf said;
static int listener = -1, peer = -1;
static int find_result; /* what the finder will return */
static struct textbuf heard; /* by the server */
static _Atomic uint64_t counts[STAT_COUNT];
static const struct counters counters = { .row = counts };

/* Who asks the store for a session, and what it hears. */
struct asker {
	struct store_ask ask;
	unsigned times; /* heard so often */
	enum store_verdict verdict;
	char session[64];
	size_t size;
	int64_t shift_s;
	bool is_sure;
};

static inline void
asker_heard(void *arg, const struct store_answer *answer)
{
	struct asker *asker = arg;

	CHECK(asker->ask.command == NULL);
	asker->times++;
	asker->verdict = answer->verdict;
	asker->shift_s = answer->time_shift_s;
	asker->is_sure = answer->single_use_is_sure;
	asker->size = answer->size;
	if (answer->size > 0 && answer->size <= sizeof(asker->session))
		memcpy(asker->session, answer->session, answer->size);
}

static inline void
asker_init(struct asker *asker)
{
	memset(asker, 0, sizeof(*asker));
	asker->ask.heard = asker_heard;
	asker->ask.arg = asker;
}

/* Ask the store for the session with the ID "a", and remove it. */
static inline void
asker_take(struct asker *asker)
{
	asker_init(asker);
	store_take(store, &asker->ask, (const uint8_t *)"a", 1);
}

static inline void
play_tick(void *arg)
{
	(void)arg;
}

static inline void
play_said(enum text_stream stream, const void *data, size_t size, void *arg)
{
	(void)stream;
	(void)arg;
	textbuf_append(&said, data, size);
}

/* One turn of the worker's loop, then the server's ears. */
static inline void
play_turn(void)
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

static inline void
play_turns(int count)
{
	while (count-- > 0)
		play_turn();
}

static inline void
server_begin(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(listener, 8) == 0);
}

static inline void
server_hang_up(void)
{
	close(peer);
	peer = -1;
	textbuf_clear(&heard);
}

static inline void
server_end(void)
{
	close(listener);
	listener = -1;
}

static inline void
server_say(const char *text)
{
	CHECK(send(peer, text, strlen(text), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(text));
}

/* Wait until the server has heard that, and nothing else. */
static inline void
server_hears(const char *text)
{
	double until_ms = unit_now_ms() + PATIENCE_MS;

	while (heard.size < strlen(text) && unit_now_ms() < until_ms)
		play_turn();
	if (heard.size == 0 || strcmp(heard.data, text) != 0)
		fprintf(stderr, "heard: %s\n", heard.data);
	CHECK(heard.size > 0 && strcmp(heard.data, text) == 0);
	textbuf_clear(&heard);
}

/* Answer with the value that a host has put under the key "p:61". */
static inline void
server_say_value(const struct store_value *value)
{
	struct textbuf key, bytes;

	textbuf_init(&key);
	textbuf_init(&bytes);
	textbuf_puts(&key, "p:61");
	CHECK(store_value_write(value, keys, &key, &bytes) == 0);
	dprintf(peer, "$%zu\r\n", bytes.size);
	CHECK(write(peer, bytes.data, bytes.size) == (ssize_t)bytes.size);
	server_say("\r\n");
	textbuf_free(&key);
	textbuf_free(&bytes);
}

static inline void
server_say_session(const char *session)
{
	struct store_value value = { .session = (const uint8_t *)session,
		.size = strlen(session) };

	server_say_value(&value);
}

/* Wait until the server has heard a put of the session "s" as "p:61". */
static inline void
server_hears_put(struct store_value *value)
{
	static const char tail[] = "\r\n$2\r\nNX\r\n$2\r\nPX\r\n$4\r\n5000\r\n";
	double until_ms = unit_now_ms() + PATIENCE_MS;
	struct textbuf key, room;
	size_t size;
	char *at;

	while (heard.size == 0 && unit_now_ms() < until_ms)
		play_turn();
	at = heard.data + strlen("*6\r\n$3\r\nSET\r\n$4\r\np:61\r\n$");
	size = strtoul(at, &at, 10);
	at += strlen("\r\n");
	CHECK(heard.data + heard.size == at + size + strlen(tail));
	CHECK(strcmp(at + size, tail) == 0);
	textbuf_init(&key);
	textbuf_init(&room);
	textbuf_puts(&key, "p:61");
	CHECK(store_value_read(value, keys, &key, at, size, &room) == NULL);
	CHECK(value->size == 1 && *value->session == 's');
	textbuf_free(&key);
	textbuf_free(&room);
	textbuf_clear(&heard);
}

/* Wait until the asker has its answer, and only one. */
static inline void
asker_wait(const struct asker *asker)
{
	double until_ms = unit_now_ms() + PATIENCE_MS;

	while (asker->times == 0 && unit_now_ms() < until_ms)
		play_turn();
	CHECK(asker->times == 1);
}

static inline void
server_greet_as(const char *info)
{
	char text[512];

	server_hears(GREETING);
	snprintf(text, sizeof(text),
	    "$%zu\r\n%s\r\n*2\r\n$10\r\n%010lld\r\n$1\r\n0\r\n", strlen(info),
	    info, (long long)time(NULL) + 60);
	server_say(text);
}

static inline void
server_greet(void)
{
	server_greet_as(INFO);
}

/*
 * A store_link_finder: the name is that of our socket, and if 2 is to be
 * returned first that of another, where nobody listens.
 */
static inline int
server_find(void *arg, int64_t since_ms, struct store_address *address,
    unsigned *count, struct textbuf *why)
{
	struct sockaddr_un *at;

	CHECK(arg == &find_result && since_ms > 0);
	*count = 0;
	if (find_result == -1)
		textbuf_puts(why, "no such name");
	for (; *count < (unsigned)(find_result > 0 ? find_result : 0);
	     (*count)++) {
		at = (struct sockaddr_un *)&address[*count].address;
		at->sun_family = AF_UNIX;
		snprintf(at->sun_path, sizeof(at->sun_path), "%s%s", path,
		    *count + 1 < (unsigned)find_result ? ".none" : "");
		address[*count].size = sizeof(*at);
	}
	return *count > 0 ? 1 : find_result;
}

/* A store that has no connection yet. */
static inline void
play_begin(void)
{
	struct store_start start = { .prefix = "p:",
		.counters = &counters,
		.keys = keys,
		.wants_run = true };
	size_t i;

	start.link = (struct store_link_setup){ .loop = &loop,
		.uri = &uri,
		.timeout_ms = TIMEOUT_MS,
		.find = server_find,
		.find_arg = &find_result,
		.said_ms = &said_ms };
	for (i = 0; i < STAT_COUNT; i++)
		counts[i] = 0;
	said_ms = 0;
	textbuf_clear(&said);
	textbuf_clear(&heard);
	store = store_begin(&start);
}

/* A store whose server has greeted it. */
static inline void
play_ready(void)
{
	struct asker asker;

	server_begin();
	play_begin();
	asker_init(&asker);
	store_get(store, &asker.ask, (const uint8_t *)"a", 1);
	server_greet();
	server_hears(GET_A);
	server_say("$-1\r\n");
	asker_wait(&asker);
	CHECK(asker.verdict == STORE_MISSED);
}

static inline void
play_end(void)
{
	store_close(store);
	if (peer != -1)
		server_hang_up();
	if (listener != -1)
		server_end();
}

/* Ask the store for the session with the ID "a". */
static inline void
asker_get(struct asker *asker)
{
	asker_init(asker);
	store_get(store, &asker->ask, (const uint8_t *)"a", 1);
	CHECK(asker->times == 0);
}

/* Ask the store to keep the session "s" by the ID "a". */
static inline void
asker_put(struct asker *asker)
{
	asker_init(asker);
	store_put(store, &asker->ask, (const uint8_t *)"a", 1,
	    (const uint8_t *)"s", 1, 5000, false);
	CHECK(asker->times == 0);
}

/* Of answers, however long they took. */
static inline uint64_t
play_answers(void)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < STATS_BUCKETS; i++)
		sum += counts[STAT_TIMES_STORE + i];
	return sum;
}

/* Once for the program. */
static inline void
play_open(void)
{
	snprintf(path, sizeof(path), "/tmp/store_test.%d", getpid());
	snprintf(uri.path, sizeof(uri.path), "%s", path);
	memcpy(uri.database, "0", 2);
	tick.run = play_tick;
	CHECK(loop_open(&loop) == 0);
	text_set_sink(play_said, NULL);
}

static inline void
play_close(void)
{
	unlink(path);
	textbuf_free(&said);
	textbuf_free(&heard);
}

#endif
