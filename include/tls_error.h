/*
 * The library's error queue as text.
 */
#ifndef TLS_ERROR_H
#define TLS_ERROR_H

/* Print the queue on TEXT_ERR as one block, a line an error, and empty it. */
void tls_error_print(void);

#endif
