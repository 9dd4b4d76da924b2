/*
 * One request of an HTTP client and its answer: what -www, -WWW and -HTTP have
 * in common. The answer is a text, a file behind it if there is one, and the
 * end of the connection.
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
	bool renegotiating; /* answered when that is over */
	bool head_only; /* HEAD: the answer to GET without its body */
	bool answering;
	struct textbuf text;
	size_t sent; /* of text */
	int fd; /* of the file, -1: none */
	int64_t file_size; /* bytes; -1: a FIFO; 0 without one */
	bool begun; /* a writer has come to the FIFO */
	struct http_head head; /* of that, with HEAD */
};

/*
 * Answer a request for a target, in a line that it may change. True: it has
 * been answered, in text and the file, as if the body were wanted.
 */
typedef bool
http_answer(struct connection *, struct http_exchange *, char *target);

/* These are handler functions (connection.h), but for the answer. */
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
