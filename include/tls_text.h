/*
 * What libcrypto writes, made text of ours.
 */
#ifndef TLS_TEXT_H
#define TLS_TEXT_H

#include <stddef.h>

#include <openssl/bio.h>

#include "text.h"

struct textbuf;

/* Say what a memory BIO holds, at once, and free it. */
void tls_text_say(enum text_stream, BIO *);
/* Append lines of hexadecimal bytes, as BIO_dump(3) has them. */
void tls_text_dump(struct textbuf *, const void *data, size_t size);

#endif
