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

#include "foundation/textbuf.h"

/*
 * The most bytes of a value in quotes, as written. A longer value is cut, and
 * ends with the three dots of U+2026.
 */
#define JSON_VALUE_MAX 1024
/* The most bytes of a line with its newline; see json_end. */
#define JSON_LINE_MAX (16 * 1024)

struct json {
	struct textbuf *text; /* not owned; lines before this one stay */
	size_t start; /* where the line begins in it */
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
void json_open(struct json *, const char *key, char bracket);
/* bracket: '}' or ']' */
void json_close(struct json *, char bracket);

/* Key NULL: an item of a list. */
void json_string(struct json *, const char *key, const char *);
void json_bytes(struct json *, const char *key, const void *, size_t);
/* The bytes in hex. */
void json_hex(struct json *, const char *key, const void *, size_t);
void json_number(struct json *, const char *key, uint64_t);
void json_integer(struct json *, const char *key, int64_t);
void json_true(struct json *, const char *key);
/* A point of time in UTC (RFC 3339), of CLOCK_REALTIME, to the microsecond. */
void json_time(struct json *, const char *key, int64_t unix_us);

#endif
