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
/*
 * Returns the error of the queue that tells most: the last one of libssl, but
 * not the one that libssl adds to every failure of its record layer. Returns 0
 * if the queue is empty, which stays as it is.
 */
unsigned long tls_error_telling(void);
/* Print a line that says what failed, then the queue, as one block. */
void tls_error_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
