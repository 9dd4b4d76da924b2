/*
 * The steps of an HTTP client, for clients that take them late. Each function
 * ends the program if it fails.
 */
#ifndef GETTER_H
#define GETTER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

/* Returns a new client, connected as by loopback_connect, not shaken yet. */
SSL *getter_open(const char *port, int receive_size);
/* Frees the client, and closes its socket. */
void getter_close(SSL *);
/* Do the handshake, and ask for the path. */
void getter_ask(SSL *, const char *path);
/*
 * Read the answer, and count its bytes. Returns true if the connection ended
 * with a close_notify.
 */
bool getter_read(SSL *, uintmax_t *bytes);
/* Wait for so many milliseconds. */
void getter_wait(long ms);

#endif
