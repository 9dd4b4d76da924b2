/*
 * Prints what libcrypto has written. Names that a peer chose are part of that,
 * so bytes that could command a terminal are escaped (escape.h).
 */
#ifndef TLS_TEXT_H
#define TLS_TEXT_H

#include <stddef.h>

#include <openssl/bio.h>

#include "foundation/text.h"

struct textbuf;

/* Returns a memory BIO to write to, for the functions below. */
BIO *tls_text_bio(void);
/* Print the content of a memory BIO as one block, and free the BIO. */
void tls_text_say(enum text_stream, BIO *);
/* Append the content of a memory BIO, and free the BIO. */
void tls_text_move(struct textbuf *, BIO *);
/*
 * The same for a description of what a peer sent. Such a description has only
 * indented lines and some headings. Any other line comes from a name that
 * contains a newline, and is joined to the line before it.
 */
void tls_text_quote(struct textbuf *, BIO *);
/* Append lines of hexadecimal bytes, in the format of BIO_dump(3). */
void tls_text_dump(struct textbuf *, const void *data, size_t size);

#endif
