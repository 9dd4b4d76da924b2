/*
 * The socket of a connection, and libssl's view of it.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <openssl/ssl.h>

struct settings;

/* Non-blocking, its connect begun; -1 with errno. */
int endpoint_open(const struct settings *, unsigned number);
/* -1: out of memory. */
int endpoint_attach(SSL *, int fd, const struct settings *);

#endif
