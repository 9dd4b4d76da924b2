/*
 * Measures the memory that libssl itself needs for idle TLS 1.3 connections,
 * without sockets and other data of a program.
 *
 *	idle_memory CERTIFICATE KEY CONNECTIONS
 *
 * Prints two lines. "base 1234": anonymous memory of the process in KiB after
 * its first handshake, when libcrypto has made what it makes once. "connection
 * 14.1 46.6": KiB of the heap for each connection, with
 * SSL_MODE_RELEASE_BUFFERS and without.
 */
#include <err.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "server_context.h"

static SSL_CTX *client_ctx;
static SSL_CTX *server_ctx;

static BIO *
memory(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		errx(1, "out of memory");
	BIO_set_mem_eof_return(bio, -1);
	return bio;
}

static SSL *
open_end(SSL_CTX *ctx, BIO *in, BIO *out)
{
	SSL *ssl = SSL_new(ctx);

	if (ssl == NULL)
		errx(1, "out of memory");
	BIO_up_ref(in);
	BIO_up_ref(out);
	SSL_set_bio(ssl, in, out);
	return ssl;
}

/* The handshake is complete when the client has read the tickets. */
static void
shake_hands(SSL *client, SSL *server)
{
	char data;
	int n;

	do {
		SSL_do_handshake(client);
		n = SSL_do_handshake(server);
		if (n != 1 && SSL_get_error(server, n) != SSL_ERROR_WANT_READ)
			server_context_fail("handshake");
	} while (n != 1);
	SSL_read(client, &data, sizeof(data));
	SSL_read(server, &data, sizeof(data));
	ERR_clear_error();
	if (SSL_version(server) != TLS1_3_VERSION)
		errx(1, "not TLS 1.3");
}

/* Returns the server's SSL of an idle connection, with empty BIOs. */
static SSL *
idle_connection(void)
{
	BIO *to_server = memory(), *to_client = memory(), *none = memory();
	SSL *client = open_end(client_ctx, to_client, to_server);
	SSL *server = open_end(server_ctx, to_server, to_client);

	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	shake_hands(client, server);
	BIO_up_ref(none);
	SSL_set_bio(server, none, none);
	SSL_free(client);
	BIO_free(to_server);
	BIO_free(to_client);
	BIO_free(none);
	return server;
}

static double
heap_kib(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)(info.uordblks + info.hblkhd) / 1024;
}

static double
measure(SSL **idle, size_t count)
{
	double before = heap_kib(), used;
	size_t i;

	for (i = 0; i < count; i++)
		idle[i] = idle_connection();
	used = heap_kib() - before;
	for (i = 0; i < count; i++)
		SSL_free(idle[i]);
	return used / (double)count;
}

/* KiB of a line of smaps_rollup, as scripts/bench/figures.bash counts, or 0. */
static unsigned long
line_kib(const char *line)
{
	static const char *const names[] = { "Pss_Anon:", "Pss_Shmem:" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(line, names[i], strlen(names[i])) == 0)
			return strtoul(line + strlen(names[i]), NULL, 10);
	return 0;
}

static unsigned long
process_kib(void)
{
	FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
	unsigned long sum = 0;
	char line[256];

	if (rollup == NULL)
		err(1, "/proc/self/smaps_rollup");
	while (fgets(line, sizeof(line), rollup) != NULL)
		sum += line_kib(line);
	fclose(rollup);
	return sum;
}

int
main(int argc, char **argv)
{
	double released, kept;
	size_t count;
	SSL **idle;

	if (argc != 4 || (count = strtoul(argv[3], NULL, 10)) == 0 ||
	    count > INT_MAX)
		errx(1, "usage: idle_memory CERTIFICATE KEY CONNECTIONS");
	if ((idle = calloc(count, sizeof(SSL *))) == NULL ||
	    (client_ctx = SSL_CTX_new(TLS_client_method())) == NULL)
		errx(1, "out of memory");
	server_ctx = server_context(argv[1], argv[2]);
	SSL_free(idle_connection());
	printf("base %lu\n", process_kib());
	kept = measure(idle, count);
	SSL_CTX_set_mode(server_ctx, SSL_MODE_RELEASE_BUFFERS);
	released = measure(idle, count);
	printf("connection %.1f %.1f\n", released, kept);
	SSL_CTX_free(client_ctx);
	SSL_CTX_free(server_ctx);
	free(idle);
	return 0;
}
