/*
 * The protocol of the session store: commands as bytes, replies in pieces of
 * any size, replies that are refused, and the greeting.
 */
#include "config/store_uri.h"
#include "store/store_greeting.h"
#include "store/store_wire.h"
#include "unit.h"

#define RUN_ID "0123456789abcdef0123456789abcdef01234567"

/* Feed in pieces of so many bytes. Returns what the last _next returned. */
static int
feed(struct store_wire *wire, const char *text, size_t size, size_t piece,
    const struct store_reply **reply)
{
	size_t at, now;
	int got = 0;

	for (at = 0; at < size && got == 0; at += now) {
		now = size - at < piece ? size - at : piece;
		store_wire_feed(wire, text + at, now);
		got = store_wire_next(wire, reply);
		CHECK(got != 1 || at + now == size);
	}
	return got;
}

static void
commands(void)
{
	static const struct store_argument set[] = { { "SET", 3 },
		{ "a\0b", 3 }, { "", 0 } };
	static const char want[] =
	    "*3\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n";
	struct textbuf out;

	textbuf_init(&out);
	store_wire_command(&out, set, 3);
	CHECK(out.size == sizeof(want) - 1);
	CHECK(memcmp(out.data, want, out.size) == 0);
	textbuf_free(&out);
}

static void
replies(void)
{
	static const struct {
		const char *text;
		enum store_reply_kind kind;
		const char *bytes;
		int64_t number;
		size_t count;
	} rows[] = {
		{ "+OK\r\n", STORE_REPLY_STATUS, "OK", 0, 0 },
		{ "-NOAUTH no\r\n", STORE_REPLY_ERROR, "NOAUTH no", 0, 0 },
		{ "$5\r\na\r\nb \r\n", STORE_REPLY_BYTES, "a\r\nb ", 0, 0 },
		{ "$0\r\n\r\n", STORE_REPLY_BYTES, "", 0, 0 },
		{ "$-1\r\n", STORE_REPLY_NIL, "", 0, 0 },
		{ "*-1\r\n", STORE_REPLY_NIL, "", 0, 0 },
		{ ":-7\r\n", STORE_REPLY_NUMBER, "", -7, 0 },
		{ "*2\r\n$2\r\n12\r\n$1\r\n3\r\n", STORE_REPLY_LIST, "123", 0,
		    2 },
		{ "*0\r\n", STORE_REPLY_LIST, "", 0, 0 },
	};
	const struct store_reply *reply;
	struct store_wire *wire = store_wire_open();
	size_t i, piece;

	for (piece = 1; piece < 12; piece++)
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			CHECK(feed(wire, rows[i].text, strlen(rows[i].text),
				  piece, &reply) == 1);
			CHECK(reply->kind == rows[i].kind);
			CHECK(reply->number == rows[i].number);
			CHECK(reply->count == rows[i].count);
			CHECK(reply->bytes.size == strlen(rows[i].bytes));
			CHECK(reply->bytes.size == 0 ||
			    memcmp(reply->bytes.data, rows[i].bytes,
				reply->bytes.size) == 0);
		}
	store_wire_close(wire);
}

static void
refused(void)
{
	static const char *const rows[] = {
		"garbage\r\n",
		"HTTP/1.1 200 OK\r\n",
		"*17\r\n",
		"*1000000000\r\n",
		"*-2\r\n",
		"*1\r\n*1\r\n",
		"*1\r\n:1\r\n",
		"*1\r\n$-1\r\n",
		"$x\r\n",
		"%1\r\n",
		",1.5\r\n",
		"#t\r\n",
		">2\r\n",
	};
	const struct store_reply *reply;
	struct store_wire *wire;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wire = store_wire_open();
		CHECK(feed(wire, rows[i], strlen(rows[i]), 1000, &reply) == -1);
		store_wire_close(wire);
	}
}

/* A size that is announced costs nothing; what comes of it is bounded. */
static void
huge(void)
{
	static const char *const heads[] = { "$1000000000\r\n", "+",
		"*16\r\n$30000\r\n" };
	const struct store_reply *reply;
	struct store_wire *wire;
	char many[1000];
	size_t i, fed;

	memset(many, 'a', sizeof(many));
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		wire = store_wire_open();
		store_wire_feed(wire, heads[i], strlen(heads[i]));
		for (fed = 0; store_wire_next(wire, &reply) == 0; fed++) {
			CHECK(fed <= STORE_REPLY_MAX / sizeof(many) + 2);
			store_wire_feed(wire, many, sizeof(many));
		}
		store_wire_close(wire);
	}
}

static int
greet(struct store_greeting *greeting, const char *answer, struct textbuf *why)
{
	struct store_wire *wire = store_wire_open();
	const struct store_reply *reply;
	int result;

	CHECK(feed(wire, answer, strlen(answer), 1000, &reply) == 1);
	result = store_greeting_heard(greeting, reply, why);
	store_wire_close(wire);
	return result;
}

static void
greeting(void)
{
	static const char all[] =
	    "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n"
	    "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"
	    "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n*1\r\n$4\r\nTIME\r\n";
	static const char info[] =
	    "# Server\r\nredis_version:7.0.15\r\nxrun_id:0\r\nrun_id:" RUN_ID
	    "\r\n";
	struct store_uri uri = { .user = "u", .database = "3" };
	struct store_greeting greeting;
	struct textbuf out, why;
	char text[256];

	textbuf_init(&out);
	textbuf_init(&why);
	store_greeting_begin(&greeting, &uri, "p", &out);
	CHECK(strcmp(out.data, all) == 0);
	CHECK(greet(&greeting, "+OK\r\n", &why) == 0);
	CHECK(greet(&greeting, "+OK\r\n", &why) == 0);
	snprintf(text, sizeof(text), "$%zu\r\n%s\r\n", strlen(info), info);
	CHECK(greet(&greeting, text, &why) == 0);
	/* A clock that is an hour ahead. */
	snprintf(text, sizeof(text), "*2\r\n$10\r\n%010lld\r\n$1\r\n0\r\n",
	    (long long)time(NULL) + 3600);
	CHECK(greet(&greeting, text, &why) == 1);
	CHECK(strcmp(greeting.run_id, RUN_ID) == 0);
	CHECK(greeting.version == 0x0700);
	CHECK(greeting.time_offset_ms > 3598000 &&
	    greeting.time_offset_ms < 3602000);
	textbuf_free(&out);
	textbuf_free(&why);
}

/* Only INFO may fail. */
static void
cold(void)
{
	struct store_uri uri = { .database = "0" };
	struct store_greeting greeting;
	struct textbuf out, why;

	textbuf_init(&out);
	textbuf_init(&why);
	store_greeting_begin(&greeting, &uri, "p", &out);
	CHECK(greet(&greeting, "-WRONGPASS no\x01way\r\n", &why) == -1);
	CHECK(strcmp(why.data,
		  "it refuses user and password: WRONGPASS no\\x01way") == 0);
	textbuf_clear(&out);
	store_greeting_begin(&greeting, &uri, NULL, &out);
	CHECK(strcmp(out.data,
		  "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"
		  "*1\r\n$4\r\nTIME\r\n") == 0);
	CHECK(greet(&greeting, "-NOPERM\r\n", &why) == 0);
	CHECK(greeting.run_id[0] == '\0' && greeting.version == 0);
	CHECK(greet(&greeting, "*2\r\n$1\r\nx\r\n$1\r\n0\r\n", &why) == -1);
	textbuf_free(&out);
	textbuf_free(&why);
}

int
main(void)
{
	UNIT_RUN(commands);
	UNIT_RUN(replies);
	UNIT_RUN(refused);
	UNIT_RUN(huge);
	UNIT_RUN(greeting);
	UNIT_RUN(cold);
	return unit_end();
}
