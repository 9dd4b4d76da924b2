/*
 * The part of HTTP/1.0 that -www, -WWW and -HTTP need: the lines of a request,
 * and the file that a request line names.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "foundation/textbuf.h"

/*
 * A longer line is cut into pieces of this size, and each piece counts as a
 * line; the stock program does the same with its buffer. So a peer that never
 * ends its line costs no more memory than this.
 */
#define HTTP_LINE_MAX (16 * 1024)

/*
 * Gathers bytes of plaintext to lines. Only the bytes of a line that is not
 * complete are kept.
 */
struct http_lines {
	const char *data; /* the rest of what was fed */
	size_t size;
	struct textbuf line; /* the line that is being gathered */
	bool complete; /* line was returned; the next call drops it */
};

void http_lines_init(struct http_lines *);
void http_lines_free(struct http_lines *);
/* data must stay valid until http_lines_next returns NULL. */
void http_lines_feed(struct http_lines *, const void *data, size_t size);
/*
 * Returns the next line with its line end, which is good until the next call,
 * or NULL if more data is needed.
 */
struct textbuf *http_lines_next(struct http_lines *);

/* What a line of a client asks for (RFC 9110, section 9). */
enum http_method {
	HTTP_NOTHING, /* no request line: ignored */
	HTTP_GET,
	HTTP_HEAD,
	HTTP_OTHER, /* no mode serves it */
};

/* target is set for GET and HEAD: it points into line, behind the method. */
enum http_method http_method(char *line, char **target);

/* What is wrong with the path of a request line. */
enum http_path {
	HTTP_PATH_GOOD,
	HTTP_PATH_ENDLESS, /* no space after it */
	HTTP_PATH_DOTS, /* ".." as a component, or a colon */
	HTTP_PATH_ABSOLUTE,
};

/*
 * line must begin behind the first "/" of the path. It is cut at the end of the
 * path, or at a colon.
 */
enum http_path http_path(char *line);
/*
 * Finds the head of a file that is a whole answer: all bytes up to the empty
 * line, but at most HTTP_LINE_MAX, and none if the file does not begin like a
 * head. Must be all zero at first.
 */
struct http_head {
	size_t size; /* so far */
	bool in_line; /* the current line is not empty */
	bool over;
};

/* Returns how many bytes of the next piece belong to the head. */
size_t http_head_take(struct http_head *, const char *data, size_t size);
/* Returns the type for the header that -WWW writes, by the end of the path. */
const char *http_content_type(const char *path);

#endif
