#include <stdlib.h>
#include <string.h>

#include "config/store_uri.h"
#include "foundation/escape.h"
#include "foundation/monotime.h"
#include "store/store_greeting.h"
#include "store/store_wire.h"

enum store_greeting_part {
	STORE_GREETING_AUTH,
	STORE_GREETING_SELECT,
	STORE_GREETING_INFO,
	STORE_GREETING_TIME,
	STORE_GREETING_PARTS,
};

static void store_greeting_auth(struct store_greeting *, struct textbuf *);
static void
store_greeting_say(struct textbuf *, const char *, const char *, const char *);
static void store_greeting_skip(struct store_greeting *);
static bool store_greeting_asks(const struct store_greeting *, unsigned);
static void
store_greeting_info(struct store_greeting *, const struct store_reply *);
static const char *store_greeting_line(const char *, const char *);
static int
store_greeting_time(struct store_greeting *, const struct store_reply *);
static int64_t store_greeting_number(const char *, size_t);

void
store_greeting_begin(struct store_greeting *greeting,
    const struct store_uri *uri, const char *password, struct textbuf *out)
{
	memset(greeting, 0, sizeof(*greeting));
	greeting->uri = uri;
	greeting->password = password;
	greeting->began_ms = walltime_us() / 1000;
	if (store_greeting_asks(greeting, STORE_GREETING_AUTH))
		store_greeting_auth(greeting, out);
	if (store_greeting_asks(greeting, STORE_GREETING_SELECT))
		store_greeting_say(out, "SELECT", uri->database, NULL);
	store_greeting_skip(greeting);
	store_greeting_say(out, "INFO", "server", NULL);
	store_greeting_say(out, "TIME", NULL, NULL);
}

int
store_greeting_heard(struct store_greeting *greeting,
    const struct store_reply *reply, struct textbuf *why)
{
	static const char *const fails[STORE_GREETING_PARTS] = {
		[STORE_GREETING_AUTH] = "it refuses user and password",
		[STORE_GREETING_SELECT] = "it refuses the database",
		[STORE_GREETING_INFO] = "it does not answer INFO",
		[STORE_GREETING_TIME] = "it does not tell its time",
	};
	unsigned part = greeting->next;
	bool good = reply->kind == STORE_REPLY_STATUS;

	if (part == STORE_GREETING_INFO) {
		/* Without it no single use is sure, but all else works. */
		good = reply->kind == STORE_REPLY_BYTES ||
		    reply->kind == STORE_REPLY_ERROR;
		store_greeting_info(greeting, reply);
	} else if (part == STORE_GREETING_TIME) {
		good = store_greeting_time(greeting, reply) == 0;
	}
	if (!good) {
		textbuf_puts(why, fails[part]);
		if (reply->kind == STORE_REPLY_ERROR) {
			textbuf_puts(why, ": ");
			escape_line(why, reply->bytes.data, reply->bytes.size);
		}
		return -1;
	}
	greeting->next++;
	store_greeting_skip(greeting);
	return greeting->next == STORE_GREETING_PARTS;
}

/* Go on to a part that was asked for. */
static void
store_greeting_skip(struct store_greeting *greeting)
{
	while (!store_greeting_asks(greeting, greeting->next))
		greeting->next++;
}

static bool
store_greeting_asks(const struct store_greeting *greeting, unsigned part)
{
	if (part == STORE_GREETING_AUTH)
		return greeting->password != NULL;
	return part != STORE_GREETING_SELECT ||
	    strtol(greeting->uri->database, NULL, 10) != 0;
}

static void
store_greeting_auth(struct store_greeting *greeting, struct textbuf *out)
{
	if (*greeting->uri->user != '\0')
		store_greeting_say(
		    out, "AUTH", greeting->uri->user, greeting->password);
	else
		store_greeting_say(out, "AUTH", greeting->password, NULL);
}

/* A command with two, one or no arguments. */
static void
store_greeting_say(struct textbuf *out, const char *name, const char *first,
    const char *second)
{
	struct store_argument arguments[] = {
		{ name, strlen(name) },
		{ first, first == NULL ? 0 : strlen(first) },
		{ second, second == NULL ? 0 : strlen(second) },
	};

	store_wire_command(out, arguments,
	    first == NULL	 ? 1
		: second == NULL ? 2
				 : 3);
}

/* Valkey, too, says as which version of Redis it may be used. */
static void
store_greeting_info(
    struct store_greeting *greeting, const struct store_reply *reply)
{
	const char *at;
	char *end;
	long major;

	if (reply->kind != STORE_REPLY_BYTES || reply->bytes.size == 0)
		return;
	at = store_greeting_line(reply->bytes.data, "run_id:");
	if (at != NULL && strspn(at, "0123456789abcdef") == STORE_RUN_ID)
		memcpy(greeting->run_id, at, STORE_RUN_ID);
	at = store_greeting_line(reply->bytes.data, "redis_version:");
	if (at == NULL)
		return;
	major = strtol(at, &end, 10);
	if (major > 0 && major < 0x7f && *end == '.')
		greeting->version =
		    (int)major << 8 | (int)(strtoul(end + 1, NULL, 10) & 0xff);
}

/* Returns what follows the name at the beginning of a line, or NULL. */
static const char *
store_greeting_line(const char *text, const char *name)
{
	const char *at = text;

	while ((at = strstr(at, name)) != NULL) {
		if (at == text || at[-1] == '\n')
			return at + strlen(name);
		at++;
	}
	return NULL;
}

/*
 * Seconds and microseconds. The store read its clock between our question and
 * its answer: in the middle, for all that we know.
 */
static int
store_greeting_time(
    struct store_greeting *greeting, const struct store_reply *reply)
{
	int64_t now_ms = walltime_us() / 1000, seconds, microseconds;
	const char *text = reply->bytes.data;

	if (reply->kind != STORE_REPLY_LIST || reply->count != 2)
		return -1;
	seconds = store_greeting_number(text, reply->end[0]);
	microseconds = store_greeting_number(
	    text + reply->end[0], reply->end[1] - reply->end[0]);
	if (seconds == -1 || microseconds == -1)
		return -1;
	greeting->time_offset_ms = seconds * 1000 + microseconds / 1000 -
	    (greeting->began_ms + (now_ms - greeting->began_ms) / 2);
	return 0;
}

/* Returns -1 if it is none, or too large for a time. */
static int64_t
store_greeting_number(const char *text, size_t size)
{
	int64_t number = 0;
	size_t i;

	if (size == 0 || size > 12)
		return -1;
	for (i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}
