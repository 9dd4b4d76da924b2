/*
 * The socket of a connection, and libssl's view of it.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <openssl/ssl.h>

struct settings;

/* Returns a non-blocking socket that is connecting, or -1 with errno. */
int endpoint_open(const struct settings *, unsigned number);
/* Returns -1 if there is no memory. */
int endpoint_attach(SSL *, int fd, const struct settings *);

#endif
