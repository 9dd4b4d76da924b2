/*
 * What libcrypto writes, made text of ours. Names that a peer chose are in it:
 * what could command a terminal is escaped (escape.h).
 */
#ifndef TLS_TEXT_H
#define TLS_TEXT_H

#include <stddef.h>

#include <openssl/bio.h>

#include "foundation/text.h"

struct textbuf;

/* Say what a memory BIO holds, at once, and free it. */
void tls_text_say(enum text_stream, BIO *);
/* Append what a memory BIO holds, and free it. */
void tls_text_move(struct textbuf *, BIO *);
/*
 * The same for a description of what a peer sent, whose lines are indented but
 * for some headings: any other is a peer's, and goes on in the line before it.
 */
void tls_text_quote(struct textbuf *, BIO *);
/* Append lines of hexadecimal bytes, as BIO_dump(3) has them. */
void tls_text_dump(struct textbuf *, const void *data, size_t size);

#endif
