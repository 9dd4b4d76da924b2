/*
 * The library's error queue as text.
 */
#ifndef TLS_ERROR_H
#define TLS_ERROR_H

struct textbuf;

/* Print the queue on TEXT_ERR as one block, a line an error, and empty it. */
void tls_error_print(void);
/* Empty the queue, at no cost if it is empty: before each call of libssl. */
void tls_error_clear(void);
/* Append the queue, a line an error, and empty it. */
void tls_error_append(struct textbuf *);
/* First a line that says what failed, as printf(3), in the same block. */
void tls_error_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
