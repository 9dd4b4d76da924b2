/*
 * As much of HTTP/1.0 as -www, -WWW and -HTTP need: the lines of a request,
 * and which file a request line names.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "foundation/textbuf.h"

/*
 * A line that is longer comes in pieces of this size, each taken for a line,
 * as the stock program does with its buffer. So a peer that never ends its line
 * costs no more than this.
 */
#define HTTP_LINE_MAX (16 * 1024)

/*
 * Bytes of plaintext gathered to lines. The bytes given to http_lines_feed are
 * not copied as far as they hold whole lines.
 */
struct http_lines {
	const char *data; /* what was fed and is not taken yet */
	size_t size;
	struct textbuf line; /* being gathered */
	bool complete; /* line was given out and is to be dropped */
};

void http_lines_init(struct http_lines *);
void http_lines_free(struct http_lines *);
/* data must stay until http_lines_next says NULL. */
void http_lines_feed(struct http_lines *, const void *data, size_t size);
/*
 * The next line with its line end, good until the next call; NULL: more is
 * needed.
 */
struct textbuf *http_lines_next(struct http_lines *);

/* What a line of a client asks for (RFC 9110, section 9). */
enum http_method {
	HTTP_NOTHING, /* it is no request line, and is ignored */
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OTHER, /* which nobody does here */
};

/* target: what stands behind the method, in the line; set for GET and HEAD. */
enum http_method http_method(char *line, char **target);

/* What is wrong with the path of a request line. */
enum http_path {
	HTTP_PATH_GOOD,
	HTTP_PATH_ENDLESS, /* no space ends it */
	HTTP_PATH_DOTS, /* ".." as a component, or a colon */
	HTTP_PATH_ABSOLUTE,
};

/*
 * line begins at the path, behind its first "/", and is cut at the path's end
 * (at a colon already).
 */
enum http_path http_path(char *line);
/*
 * Of a file that is an answer with a head of its own, what of it is the head:
 * all up to the empty line, but no more than HTTP_LINE_MAX; nothing, if it does
 * not begin as one. All zero at first.
 */
struct http_head {
	size_t size; /* so far */
	bool in_line; /* something stands in the line that began */
	bool over;
};

/* How much of the next piece belongs to it. */
size_t http_head_take(struct http_head *, const char *data, size_t size);
/* By the end of its name, for the header that -WWW makes up. */
const char *http_content_type(const char *path);

#endif
