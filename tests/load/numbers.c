/*
 * DTLS clients whose record numbers do not begin at 0, as after lost datagrams
 * (RFC 6347, section 4.2.1).
 *
 *	numbers PORT FIRST[,SECOND] ...
 *
 * Each client does a handshake. The record with its first ClientHello has the
 * number FIRST, the record with the cookie has SECOND or FIRST + 1, and later
 * records count on. Nothing is sent twice. Prints a line for each client with
 * the numbers of the server's records in the clear, and "done" if the handshake
 * is complete, or "stuck" if no record comes that the client accepts.
 *
 * PORT is the server's port on 127.0.0.1.
 */
#include <sys/socket.h>

#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "memory_client.h"

#define DATAGRAM_MAX 65536
#define PATIENCE_MS  10000

/* Offsets in a record. */
enum { EPOCH = 3, NUMBER = 5, LENGTH = 11, HEADER = 13 };

struct client {
	SSL *ssl;
	int fd;
	uint64_t first, second;
	bool has_cookie; /* its records have numbers from second on */
};

static uint64_t
get_number(const uint8_t *record)
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < 6; i++)
		number = number << 8 | record[NUMBER + i];
	return number;
}

static void
put_number(uint8_t *record, uint64_t number)
{
	int i;

	for (i = 5; i >= 0; i--, number >>= 8)
		record[NUMBER + i] = (uint8_t)number;
}

/* Calls the function for each record in the clear. */
static void
each_record(uint8_t *data, size_t size,
    void (*call)(const struct client *, uint8_t *), const struct client *client)
{
	size_t length;

	while (size > HEADER) {
		if ((data[EPOCH] | data[EPOCH + 1]) == 0)
			call(client, data);
		length =
		    HEADER + ((size_t)data[LENGTH] << 8 | data[LENGTH + 1]);
		if (length > size)
			break;
		data += length;
		size -= length;
	}
}

/* libssl counts from 0: 0 is the first hello, 1 the one with the cookie. */
static void
number_sent(const struct client *client, uint8_t *record)
{
	uint64_t number = get_number(record);

	put_number(record,
	    client->has_cookie ? client->second + number - 1
			       : client->first + number);
}

/* libssl refuses a number twice, so these come after the cookie's record. */
static void
number_received(const struct client *client, uint8_t *record)
{
	uint64_t number = get_number(record);

	if (client->has_cookie)
		printf(" %ju", (uintmax_t)number);
	if (client->has_cookie && client->second <= client->first)
		put_number(record, number + client->first + 1 - client->second);
}

static void
speak(struct client *client)
{
	uint8_t data[DATAGRAM_MAX];
	int n;

	while (
	    (n = BIO_read(SSL_get_wbio(client->ssl), data, sizeof(data))) > 0) {
		each_record(data, (size_t)n, number_sent, client);
		if (send(client->fd, data, (size_t)n, 0) == -1)
			err(1, "send");
	}
}

/* Returns false if nothing came in time. */
static bool
hear(struct client *client, int limit_ms)
{
	struct pollfd pollfd = { .fd = client->fd, .events = POLLIN };
	uint8_t data[DATAGRAM_MAX];
	ssize_t n;

	if (poll(&pollfd, 1, limit_ms) != 1 ||
	    (n = recv(client->fd, data, sizeof(data), 0)) <= 0)
		return false;
	each_record(data, (size_t)n, number_received, client);
	if (BIO_write(SSL_get_rbio(client->ssl), data, (int)n) != (int)n)
		errx(1, "out of memory");
	client->has_cookie = true;
	return true;
}

static void
open_client(struct client *client, const struct sockaddr_in *server)
{
	client->ssl = memory_client(1400);
	client->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (client->fd == -1 ||
	    connect(client->fd, (const struct sockaddr *)server,
		sizeof(*server)) == -1)
		err(1, "socket");
}

/* A client is stuck if nothing comes for a long time. */
static void
shake_hands(struct client *client)
{
	int result;

	do {
		result = SSL_do_handshake(client->ssl);
		speak(client);
		if (result == 1)
			break;
		if (SSL_get_error(client->ssl, result) != SSL_ERROR_WANT_READ)
			errx(1, "the handshake failed");
	} while (hear(client, PATIENCE_MS));
	puts(result == 1 ? " done" : " stuck");
	fflush(stdout);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in server = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	struct client client;
	char *end;
	int i;

	if (argc < 3)
		errx(1, "usage: numbers PORT FIRST[,SECOND] ...");
	server.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
	for (i = 2; i < argc; i++) {
		client.has_cookie = false;
		client.first = strtoull(argv[i], &end, 10);
		client.second = *end == ',' ? strtoull(end + 1, &end, 10)
					    : client.first + 1;
		if (*end != '\0')
			errx(1, "no number: %s", argv[i]);
		open_client(&client, &server);
		printf("%s:", argv[i]);
		shake_hands(&client);
		SSL_shutdown(client.ssl);
		speak(&client);
		SSL_free(client.ssl);
		close(client.fd);
	}
	return 0;
}
