/*
 * Lines of JSON (RFC 8259), each of them one object, written from the front to
 * the back. Keys are words of our own; what strangers chose stands in values,
 * which are made whole UTF-8 and kept short. A member that does not apply is
 * left out, so a NULL writes nothing.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "foundation/decimal.h"
#include "foundation/textbuf.h"

/*
 * The most bytes of a value in quotes, as written. A longer value is cut, and
 * ends with the three dots of U+2026.
 */
#define JSON_VALUE_MAX	1024
#define JSON_OBJECT_MAX (JSON_VALUE_MAX + 256)
/* The most bytes of a line with its newline; see json_end. */
#define JSON_LINE_MAX (16 * 1024)

struct json {
	struct textbuf *text; /* not owned; lines before this one stay */
	char *next; /* where the next member goes; text grows in json_end */
	char *limit; /* a member may not end behind it */
	bool cut; /* a member was left out, because the line is full */
};

/* Begin a line. */
void json_begin(struct json *, struct textbuf *);
/*
 * End the line, with a newline. If members were left out, because the line
 * would have been longer than JSON_LINE_MAX, the last member is "cut":true.
 */
void json_end(struct json *);

/*
 * A member that is an object or a list, as the bracket says: '{' or '['. A line
 * has at most eight of them.
 */
static inline void json_open(struct json *, const char *key, char bracket);
/* bracket: '}' or ']' */
static inline void json_close(struct json *, char bracket);

/* Key NULL: an item of a list. */
static inline void json_string(struct json *, const char *key, const char *);
static inline void
json_bytes(struct json *, const char *key, const void *, size_t);
/* A word of our own, in which nothing needs to be escaped or cut. */
static inline void json_word(struct json *, const char *key, const char *);
/* An object that was written before, of JSON_OBJECT_MAX bytes at most. */
static inline void json_object(struct json *, const char *key, const char *);
/* The bytes in hex. */
static inline void
json_hex(struct json *, const char *key, const void *, size_t);
static inline void json_number(struct json *, const char *key, uint64_t);
static inline void json_integer(struct json *, const char *key, int64_t);
static inline void json_true(struct json *, const char *key);
/* A point of time in UTC (RFC 3339), of CLOCK_REALTIME, to the microsecond. */
static inline void json_time(struct json *, const char *key, int64_t unix_us);

/*
 * What follows is here for the sake of keys that the compiler knows: then
 * nobody looks for their end. The functions write a value, and return its end.
 */
char *json_write_string(char *, const void *, size_t);
char *json_write_hex(char *, const void *, size_t);
char *json_write_integer(char *, int64_t);
char *json_write_time(char *, int64_t unix_us);

/*
 * Write the comma, if one is needed, and the key. Returns where the value goes.
 * json_begin has made the room.
 */
static inline char *
json_member(struct json *json, const char *key)
{
	char *next = json->next;
	size_t size;

	if (next[-1] != '{' && next[-1] != '[')
		*next++ = ',';
	if (key == NULL)
		return next;
	size = strlen(key);
	*next++ = '"';
	memcpy(next, key, size + 1);
	next += size;
	*next++ = '"';
	*next++ = ':';
	return next;
}

/* The member ends here. Leave it out if the line would be too long. */
static inline void
json_done(struct json *json, char *end)
{
	if (end <= json->limit)
		json->next = end;
	else
		json->cut = true;
}

static inline void
json_open(struct json *json, const char *key, char bracket)
{
	json->next = json_member(json, key);
	*json->next++ = bracket;
}

static inline void
json_close(struct json *json, char bracket)
{
	*json->next++ = bracket;
}

static inline void
json_string(struct json *json, const char *key, const char *value)
{
	if (value != NULL)
		json_bytes(json, key, value, strlen(value));
}

static inline void
json_bytes(struct json *json, const char *key, const void *value, size_t size)
{
	json_done(json, json_write_string(json_member(json, key), value, size));
}

static inline void
json_word(struct json *json, const char *key, const char *word)
{
	char *next = json_member(json, key);

	*next++ = '"';
	next = stpcpy(next, word);
	*next++ = '"';
	json_done(json, next);
}

static inline void
json_object(struct json *json, const char *key, const char *object)
{
	json_done(json, stpcpy(json_member(json, key), object));
}

static inline void
json_hex(struct json *json, const char *key, const void *value, size_t size)
{
	json_done(json, json_write_hex(json_member(json, key), value, size));
}

static inline void
json_number(struct json *json, const char *key, uint64_t value)
{
	json_done(json, decimal_write(json_member(json, key), value));
}

static inline void
json_integer(struct json *json, const char *key, int64_t value)
{
	json_done(json, json_write_integer(json_member(json, key), value));
}

static inline void
json_true(struct json *json, const char *key)
{
	json_done(json, stpcpy(json_member(json, key), "true"));
}

static inline void
json_time(struct json *json, const char *key, int64_t unix_us)
{
	json_done(json, json_write_time(json_member(json, key), unix_us));
}

#endif
