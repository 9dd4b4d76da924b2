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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "getter.h"
#include "loopback.h"

#define RESET_MS  100 /* a reset would have come by then */
#define SERVER_MS 450 /* nearly what a server waits */

static void
send_more(SSL *ssl, long bytes)
{
	char data[4096];

	memset(data, 'x', sizeof(data));
	for (; bytes > 0; bytes -= (long)sizeof(data))
		if (SSL_write(ssl, data, sizeof(data)) <= 0)
			errx(1, "the server took no more");
}

/* asked_ms: when the answer was asked for. */
static void
leave(SSL *ssl, long ms, int64_t asked_ms)
{
	int error = 0;
	socklen_t size = sizeof(error);
	int64_t took_ms;

	getter_wait(ms);
	(void)SSL_shutdown(ssl);
	took_ms = clock_now_us() / 1000 - asked_ms;
	getter_wait(RESET_MS);
	if (getsockopt(SSL_get_fd(ssl), SOL_SOCKET, SO_ERROR, &error, &size) ==
	    -1)
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
	int64_t asked_ms;
	uintmax_t bytes;
	bool whole;
	SSL *ssl;

	if (argc != 5)
		errx(1, "usage: parting PORT PATH BYTES MS");
	signal(SIGPIPE, SIG_IGN);
	ssl = getter_open(argv[1], LOOPBACK_AS_USUAL);
	asked_ms = clock_now_us() / 1000;
	getter_ask(ssl, argv[2]);
	send_more(ssl, strtol(argv[3], NULL, 10));
	whole = getter_read(ssl, &bytes);
	printf("%ju bytes %s\n", bytes, whole ? "whole" : "cut");
	leave(ssl, strtol(argv[4], NULL, 10), asked_ms);
	getter_close(ssl);
	return 0;
}
