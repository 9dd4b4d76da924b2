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
#include <stdio.h>
#include <stdlib.h>

#include "getter.h"

int
main(int argc, char *argv[])
{
	uintmax_t bytes;
	bool whole;
	SSL *ssl;

	if (argc != 4)
		errx(1, "usage: late_reader PORT PATH MS");
	ssl = getter_open(argv[1], 0);
	getter_ask(ssl, argv[2]);
	getter_wait(strtol(argv[3], NULL, 10));
	whole = getter_read(ssl, &bytes);
	printf("%ju\n", bytes);
	getter_close(ssl);
	return whole ? 0 : 1;
}
