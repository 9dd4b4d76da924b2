/*
 * An HTTP client that leaves late.
 *
 *	parting PORT PATH BYTES MS
 *
 * Asks for PATH, and sends BYTES more before it reads. Reads everything, waits
 * for MS milliseconds, and says close_notify. Prints how many bytes came, and
 * "whole" if a close_notify came after them, or else "cut". Then prints "reset"
 * if the server answers the goodbye with a reset, or else "polite"; but "too
 * late" for a reset after a time that is longer than a server has to wait,
 *while MS is not: a busy machine may take its time.
 */
#include <sys/socket.h>

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "clock.h"
#include "loopback.h"

#define RESET_MS  100 /* a reset would have come by then */
#define SERVER_MS 450 /* nearly what a server waits */

static void
ask(SSL *ssl, const char *path, long more)
{
	char request[1024], data[4096];
	int size =
	    snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n\r\n", path);

	memset(data, 'x', sizeof(data));
	if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, size) != size)
		errx(1, "not asked");
	for (; more > 0; more -= (long)sizeof(data))
		if (SSL_write(ssl, data, sizeof(data)) <= 0)
			errx(1, "the server took no more");
}

static void
read_all(SSL *ssl)
{
	uintmax_t all = 0;
	char data[4096];
	int n;

	while ((n = SSL_read(ssl, data, sizeof(data))) > 0)
		all += (uintmax_t)n;
	printf("%ju bytes %s\n", all,
	    SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN ? "whole" : "cut");
}

/* asked_ms: when the answer was asked for. */
static void
leave(SSL *ssl, int fd, int ms, int64_t asked_ms)
{
	int error = 0;
	socklen_t size = sizeof(error);
	int64_t took_ms;

	(void)poll(NULL, 0, ms);
	(void)SSL_shutdown(ssl);
	took_ms = clock_now_us() / 1000 - asked_ms;
	(void)poll(NULL, 0, RESET_MS);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		err(1, "getsockopt");
	if (error == 0)
		puts("polite");
	else
		puts(ms < SERVER_MS && took_ms >= SERVER_MS ? "too late"
							    : "reset");
}

int
main(int argc, char *argv[])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int64_t asked_ms;
	SSL *ssl;
	int fd;

	if (argc != 5)
		errx(1, "usage: parting PORT PATH BYTES MS");
	signal(SIGPIPE, SIG_IGN);
	fd = loopback_connect(argv[1], LOOPBACK_AS_USUAL);
	if (ctx == NULL || (ssl = SSL_new(ctx)) == NULL ||
	    SSL_set_fd(ssl, fd) != 1)
		errx(1, "out of memory");
	asked_ms = clock_now_us() / 1000;
	ask(ssl, argv[2], strtol(argv[3], NULL, 10));
	read_all(ssl);
	leave(ssl, fd, (int)strtol(argv[4], NULL, 10), asked_ms);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return 0;
}
