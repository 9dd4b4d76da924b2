/*
 * A socket to the store, with TLS if so wanted. Nothing here waits. What fails
 * leaves the reason in why.
 */
#ifndef STORE_SOCKET_H
#define STORE_SOCKET_H

#include <sys/socket.h>
#include <sys/types.h>

#include <openssl/ssl.h>

#include <stdbool.h>
#include <stdint.h>

#include "foundation/textbuf.h"

struct store_socket {
	int fd; /* -1: none */
	SSL *ssl; /* NULL: without TLS */
	bool is_connected; /* the socket; TLS may still be at its handshake */
	bool
	    wants_write; /* TLS or the connection goes on when it is writable */
	struct textbuf why;
};

void store_socket_init(struct store_socket *);
/*
 * Begin to connect. ctx: NULL without TLS; the certificate must be of this
 * host, a name or an address. Returns 0 or -1.
 */
int store_socket_open(struct store_socket *, const struct sockaddr *, socklen_t,
    SSL_CTX *ctx, const char *host);
/* Go on. Returns 1 when it is connected, 0 if there is more to do, or -1. */
int store_socket_connect(struct store_socket *);
/* Returns how many bytes were read, or 0: none are there now, or -1. */
ssize_t store_socket_read(struct store_socket *, void *, size_t);
ssize_t store_socket_write(struct store_socket *, const void *, size_t);
/* Keeps why. */
void store_socket_close(struct store_socket *);

#endif
