/*
 * A client that makes the server answer, but does not read the answers until
 * the server takes no more bytes. Then it reads them all and goes on.
 *
 *	unread_answers PORT [MAX]
 *
 * The client sends TLS 1.3 KeyUpdates that request a KeyUpdate; the server's
 * libssl answers each of them (RFC 8446, section 4.6.3). The client sends no
 * more than MAX, by default a million. The exit status is 0 if a line that is
 * sent afterwards comes back reversed, as from a server with -rev.
 */
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "loopback.h"

#define ANSWERS_MAX  1000000
#define ANSWERS_WAIT 60000 /* ms to wait for more while reading */
#define STUCK_MS     1000 /* after this time the buffers are full */

static bool
wait_until(int fd, short events, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, timeout_ms) == 1;
}

/* Makes the receive buffer large; reading through a small one takes minutes. */
static void
widen(int fd)
{
	int large = 1024 * 1024;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &large, sizeof(large)) ==
		-1 ||
	    setsockopt(
		fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &large, sizeof(large)) == -1)
		err(1, "setsockopt");
}

/* Returns how many were sent before the server took no more. */
static int
ask_without_reading(SSL *ssl, int fd, long most)
{
	int asked;

	for (asked = 0; asked < most; asked++) {
		if (SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) != 1)
			errx(1, "no key update");
		while (SSL_do_handshake(ssl) != 1)
			if (!wait_until(fd, POLLOUT, STUCK_MS))
				return asked;
	}
	return asked;
}

/* Reads while libssl has a message of its own that is not sent yet. */
static void
talk_on(SSL *ssl, int fd)
{
	char answer[4];
	size_t got = 0, size;
	bool said = false;

	while (got < 3) {
		if (!said && SSL_write_ex(ssl, "ab\n", 3, &size) == 1)
			said = true;
		if (SSL_read_ex(ssl, answer + got, 3 - got, &size) == 1)
			got += size;
		else if (SSL_get_error(ssl, 0) != SSL_ERROR_WANT_READ &&
		    SSL_get_error(ssl, 0) != SSL_ERROR_WANT_WRITE)
			errx(1, "the connection ended");
		else if (!wait_until(fd, said ? POLLIN : POLLIN | POLLOUT,
			     ANSWERS_WAIT))
			errx(1, "the server is silent");
	}
	if (memcmp(answer, "ba\n", 3) != 0)
		errx(1, "another answer");
}

int
main(int argc, char *argv[])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = ctx == NULL ? NULL : SSL_new(ctx);
	long most = argc > 2 ? strtol(argv[2], NULL, 10) : ANSWERS_MAX;
	int fd, asked;

	if (argc < 2 || argc > 3)
		errx(1, "usage: unread_answers PORT [MAX]");
	if (ssl == NULL)
		errx(1, "out of memory");
	/* A small buffer is full soon. */
	fd = loopback_connect(argv[1], 4096);
	if (SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1)
		errx(1, "no handshake");
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		err(1, "fcntl");
	SSL_set_mode(ssl, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	asked = ask_without_reading(ssl, fd, most);
	printf("asked %d times\n", asked);
	widen(fd);
	talk_on(ssl, fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return 0;
}
