/*
 * An HTTP client that reads its answer late.
 *
 *	late_reader PORT PATH MS
 *
 * Asks for PATH, reads nothing for MS milliseconds, and then reads everything,
 * with the smallest possible socket buffer. Prints how many bytes came. The
 * exit status is 0 if a close_notify came after them.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/ssl.h>

#include "loopback.h"

static void
ask(SSL *ssl, const char *path)
{
	char request[1024];
	int size =
	    snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n\r\n", path);

	if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, size) != size)
		errx(1, "not asked");
}

static void
be_late(long ms)
{
	struct timespec delay = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL);
}

/* Returns true if the connection ended with a close_notify. */
static int
read_all(SSL *ssl)
{
	uintmax_t all = 0;
	char data[4096];
	int n;

	while ((n = SSL_read(ssl, data, sizeof(data))) > 0)
		all += (uintmax_t)n;
	printf("%ju\n", all);
	return SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN;
}

int
main(int argc, char *argv[])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;
	int fd, ended;

	if (argc != 4)
		errx(1, "usage: late_reader PORT PATH MS");
	fd = loopback_connect(argv[1], 0);
	if (ctx == NULL || (ssl = SSL_new(ctx)) == NULL ||
	    SSL_set_fd(ssl, fd) != 1)
		errx(1, "out of memory");
	ask(ssl, argv[2]);
	be_late(strtol(argv[3], NULL, 10));
	ended = read_all(ssl);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return ended ? 0 : 1;
}
