/*
 * One request of an HTTP client and its answer, for -www, -WWW and -HTTP. The
 * answer is a text, then a file if there is one, then the end of the
 * connection.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/http.h"
#include "connection/connection.h"
#include "foundation/textbuf.h"

/* In the stock program's words. */
#define HTTP_NO_DATAGRAMS "Can't use -HTTP, -www or -WWW with DTLS"

struct http_exchange {
	struct http_lines lines;
	bool renegotiating; /* answer when that is over */
	bool head_only; /* HEAD: the answer to GET without its body */
	bool answering;
	struct textbuf text;
	size_t sent; /* of text */
	/* The file, if it is in memory; valid while the answer is made */
	const void *page;
	size_t page_size;
	int fd; /* of the file; -1: none */
	int64_t file_size; /* bytes; -1: a FIFO; 0 without one */
	bool begun; /* a writer has come to the FIFO */
	struct http_head head; /* of the file, with HEAD */
};

/*
 * Puts the answer to a request for target into text and the file, as if the
 * body were wanted. May change the line that target points into. Returns true
 * if there is an answer now.
 */
typedef bool
http_answer(struct connection *, struct http_exchange *, char *target);

/* Handler functions (connection.h). The argument answer is the mode's own. */
void http_exchange_begin(struct connection *);
void http_exchange_failed(struct connection *);
enum handler_verdict http_exchange_readable(
    struct connection *, const uint8_t *, size_t, http_answer *);
/* The answer is in text and the file: begin to send it. */
enum handler_verdict http_exchange_answer(struct connection *);
enum handler_verdict http_exchange_writable(struct connection *);
void http_exchange_ended(struct connection *, enum connection_end);
void http_exchange_shut(struct connection *);
void http_exchange_close(struct connection *);

#endif
