/*
 * The library's error queue as text.
 */
#ifndef TLS_ERROR_H
#define TLS_ERROR_H

struct textbuf;

/* Print the queue on TEXT_ERR as one block, a line for each error; empty it. */
void tls_error_print(void);
/* Empty the queue. Costs nothing if it is empty; call it before libssl. */
void tls_error_clear(void);
/* Append the queue, a line for each error, and empty it. */
void tls_error_append(struct textbuf *);
/* Print a line that says what failed, then the queue, as one block. */
void tls_error_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
