/*
 * Peers of a DTLS server that send their ClientHello in several datagrams, and
 * send nothing again.
 *
 *	pieces [-size N] [-extra N] [-count N] [-gap US] [-patience MS]
 *	    [-from PORT] [-reverse] [-double] [-strangers] [-together]
 *	    [-rude] [-forge] PORT
 *
 * -size	bytes of the hello in each datagram (default 256)
 * -extra	by how many bytes the hello is made longer (default 1000)
 * -count	number of peers, one after another (default 1)
 * -gap		microseconds between two datagrams (default 0)
 * -patience	milliseconds to wait for an answer (default 5000)
 * -from	the port of all peers (default any)
 * -reverse	send the last piece first
 * -double	send each piece twice
 * -strangers	send other peers' hellos, pieces and garbage between two pieces
 * -together	send all pieces of a hello in one datagram, each in a record
 * -rude	the peers leave without a close_notify
 * -forge	send COUNT pieces of no hello instead, from many ports
 *
 * PORT is the server's port on 127.0.0.1. Prints how many of the peers
 * completed their handshake, and how long the slowest one took.
 */
#include <sys/socket.h>

#include <err.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "clock.h"
#include "memory_client.h"
#include "values.h"

#define DATAGRAM_MAX 65536
#define PIECES_MAX   2000
#define STRANGERS    64
#define AT_ONCE	     64 /* datagrams of a flood */
#define NAME_MAX_    255 /* bytes of a protocol's name */

/* Offsets in a datagram with a handshake message. */
enum {
	EPOCH = 3,
	RECORD_NUMBER = 9, /* its lower part */
	RECORD_LENGTH = 11,
	MESSAGE = 13,
	MESSAGE_LENGTH = 14,
	OFFSET = 19,
	FRAGMENT_LENGTH = 22,
	HEADERS = 25
};
enum { HANDSHAKE = 22, CLIENT_HELLO = 1 };

enum setting {
	SIZE,
	EXTRA,
	COUNT,
	GAP,
	PATIENCE,
	FROM,
	REVERSE,
	DOUBLE,
	STRANGE,
	TOGETHER,
	RUDE,
	FORGE,
	SETTINGS
};

static const struct option options[] = {
	{ "size", required_argument, NULL, SIZE },
	{ "extra", required_argument, NULL, EXTRA },
	{ "count", required_argument, NULL, COUNT },
	{ "gap", required_argument, NULL, GAP },
	{ "patience", required_argument, NULL, PATIENCE },
	{ "from", required_argument, NULL, FROM },
	{ "reverse", no_argument, NULL, REVERSE },
	{ "double", no_argument, NULL, DOUBLE },
	{ "strangers", no_argument, NULL, STRANGE },
	{ "together", no_argument, NULL, TOGETHER },
	{ "rude", no_argument, NULL, RUDE },
	{ "forge", no_argument, NULL, FORGE },
	{ NULL, 0, NULL, 0 },
};

static unsigned settings[] = { [SIZE] = 256,
	[EXTRA] = 1000,
	[COUNT] = 1,
	[GAP] = 0,
	[PATIENCE] = 5000,
	[FROM] = 0,
	[REVERSE] = 0,
	[DOUBLE] = 0,
	[STRANGE] = 0,
	[TOGETHER] = 0,
	[RUDE] = 0,
	[FORGE] = 0 };

struct piece {
	uint8_t *data;
	size_t size;
};

struct peer {
	SSL *ssl;
	int fd;
	unsigned records; /* number of records in epoch 0 */
	unsigned hellos;
	struct piece pieces[PIECES_MAX]; /* the pieces of one hello */
	size_t pieces_count;
};

static struct sockaddr_in server = { .sin_family = AF_INET };
static int strangers[STRANGERS];

static int
socket_to_server(unsigned port)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&own, sizeof(own)) == -1 ||
	    connect(fd, (struct sockaddr *)&server, sizeof(server)) == -1)
		err(1, "socket");
	return fd;
}

/* Ignores errors: without a server no answer comes. */
static void
send_to(int fd, const uint8_t *data, size_t size)
{
	(void)send(fd, data, size, 0);
	if (settings[GAP] > 0)
		usleep(settings[GAP]);
}

static void
put(uint8_t *at, size_t width, size_t n)
{
	while (width-- > 0) {
		at[width] = (uint8_t)n;
		n >>= 8;
	}
}

static size_t
get(const uint8_t *at, size_t width)
{
	size_t n = 0;

	while (width-- > 0)
		n = n << 8 | *at++;
	return n;
}

/* Offers protocols that make the hello longer by this number of bytes. */
static void
make_longer(SSL *ssl, size_t extra)
{
	unsigned char *list = malloc(extra + 1);
	size_t at, n;

	if (list == NULL)
		err(1, NULL);
	for (at = 0; at + 2 <= extra; at += 1 + n) {
		n = extra - at - 1 < NAME_MAX_ ? extra - at - 1 : NAME_MAX_;
		list[at] = (unsigned char)n;
		memset(list + at + 1, 'p', n);
	}
	if (at > 0 && SSL_set_alpn_protos(ssl, list, (unsigned)at) != 0)
		errx(1, "the list of protocols");
	free(list);
}

/* In microseconds: so long as an answer is waited for, no hello is repeated. */
static unsigned
never_again(SSL *ssl, unsigned timer)
{
	(void)ssl;
	(void)timer;
	return (unsigned)settings[PATIENCE] * 1000;
}

static void
open_peer(struct peer *peer)
{
	memset(peer, 0, sizeof(*peer));
	peer->ssl = memory_client(16000);
	DTLS_set_timer_cb(peer->ssl, never_again);
	make_longer(peer->ssl, settings[EXTRA]);
	peer->fd = socket_to_server(settings[FROM]);
}

/* Sends what other peers may send: a hello, a piece of one, and garbage. */
static void
send_strangers(const struct piece *piece)
{
	uint8_t *copy = malloc(piece->size);

	if (copy == NULL)
		err(1, NULL);
	send_to(strangers[0], piece->data, piece->size);
	memcpy(copy, piece->data, piece->size);
	memset(copy + HEADERS, 'x', piece->size - HEADERS);
	send_to(strangers[1], copy, piece->size);
	memset(copy, HANDSHAKE, piece->size);
	send_to(strangers[2], copy, piece->size);
	free(copy);
}

static void
send_pieces(struct peer *peer)
{
	size_t i, at, count = peer->pieces_count;

	for (i = 0; i < count; i++) {
		at = settings[REVERSE] ? count - 1 - i : i;
		if (settings[STRANGE])
			send_strangers(&peer->pieces[at]);
		send_to(peer->fd, peer->pieces[at].data, peer->pieces[at].size);
		if (settings[DOUBLE])
			send_to(peer->fd, peer->pieces[at].data,
			    peer->pieces[at].size);
	}
}

static void
send_together(const struct peer *peer)
{
	static uint8_t all[DATAGRAM_MAX];
	size_t i, size = 0;

	for (i = 0; i < peer->pieces_count; i++) {
		if (size + peer->pieces[i].size > sizeof(all))
			errx(1, "too long for a datagram");
		memcpy(all + size, peer->pieces[i].data, peer->pieces[i].size);
		size += peer->pieces[i].size;
	}
	send_to(peer->fd, all, size);
}

/* Makes a whole hello in one record. */
static void
send_hello(struct peer *peer, const uint8_t *hello)
{
	size_t length = get(hello + MESSAGE_LENGTH, 3), at, n, i;
	struct piece *piece;

	if (++peer->hellos > 2)
		errx(1, "the peer repeats itself");
	peer->pieces_count = 0;
	for (at = 0; at < length; at += n) {
		n = length - at < settings[SIZE] ? length - at : settings[SIZE];
		if (peer->pieces_count == PIECES_MAX)
			errx(1, "more than %d pieces", PIECES_MAX);
		piece = &peer->pieces[peer->pieces_count++];
		piece->size = HEADERS + n;
		if ((piece->data = malloc(piece->size)) == NULL)
			err(1, NULL);
		memcpy(piece->data, hello, HEADERS);
		memcpy(piece->data + HEADERS, hello + HEADERS + at, n);
		put(piece->data + RECORD_NUMBER, 2, peer->records++);
		put(piece->data + RECORD_LENGTH, 2, piece->size - MESSAGE);
		put(piece->data + OFFSET, 3, at);
		put(piece->data + FRAGMENT_LENGTH, 3, n);
	}
	if (settings[TOGETHER])
		send_together(peer);
	else
		send_pieces(peer);
	for (i = 0; i < peer->pieces_count; i++)
		free(peer->pieces[i].data);
}

/* Renumbers the records of epoch 0, since there are more of them now. */
static void
send_all(struct peer *peer)
{
	static uint8_t data[DATAGRAM_MAX];
	uint8_t *at = data;
	size_t size;
	int n;

	n = BIO_read(SSL_get_wbio(peer->ssl), data, sizeof(data));
	for (; n >= MESSAGE; n -= (int)size, at += size) {
		size = MESSAGE + get(at + RECORD_LENGTH, 2);
		if (size > (size_t)n)
			errx(1, "a record is cut");
		if (at[0] == HANDSHAKE && get(at + EPOCH, 2) == 0 &&
		    at[MESSAGE] == CLIENT_HELLO) {
			send_hello(peer, at);
			continue;
		}
		if (get(at + EPOCH, 2) == 0)
			put(at + RECORD_NUMBER, 2, peer->records++);
		send_to(peer->fd, at, size);
	}
}

/* Returns false if nothing comes any more. */
static bool
receive(struct peer *peer)
{
	static uint8_t data[DATAGRAM_MAX];
	struct pollfd pollfd = { .fd = peer->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&pollfd, 1, (int)settings[PATIENCE]) != 1)
		return false;
	n = recv(peer->fd, data, sizeof(data), 0);
	if (n <= 0)
		return false;
	if (BIO_write(SSL_get_rbio(peer->ssl), data, (int)n) != n)
		errx(1, "out of memory");
	return true;
}

static bool
shake_hands(struct peer *peer)
{
	int result;

	do {
		result = SSL_do_handshake(peer->ssl);
		send_all(peer);
		if (result == 1)
			return true;
		if (SSL_get_error(peer->ssl, result) != SSL_ERROR_WANT_READ)
			return false;
	} while (receive(peer));
	return false;
}

static void
close_peer(struct peer *peer)
{
	if (!settings[RUDE] && SSL_is_init_finished(peer->ssl)) {
		(void)SSL_shutdown(peer->ssl);
		send_all(peer);
	}
	SSL_free(peer->ssl);
	close(peer->fd);
}

/* Returns a number from 0 to below - 1; each run has the same numbers. */
static size_t
below(long limit)
{
	return (size_t)(lrand48() % limit);
}

/* Sends pieces of hellos that are never complete. */
static void
forge(unsigned count)
{
	static uint8_t data[HEADERS + 1400] = { HANDSHAKE, 0xfe, 0xff };
	size_t length, at, size;
	unsigned i;

	data[MESSAGE] = CLIENT_HELLO;
	for (i = 0; i < count; i++) {
		length = 400 + below(2000);
		at = 1 + below(below(2) == 0 ? 100 : (long)length - 1);
		size = 1 + below((long)(length - at));
		size = size > 1400 ? 1400 : size;
		put(data + RECORD_LENGTH, 2, HEADERS - MESSAGE + size);
		put(data + MESSAGE_LENGTH, 3, length);
		put(data + OFFSET - 2, 2, below(2));
		put(data + OFFSET, 3, at);
		put(data + FRAGMENT_LENGTH, 3, size);
		send_to(strangers[i % STRANGERS], data, HEADERS + size);
		if (i % AT_ONCE == 0)
			usleep(1000);
	}
	printf("forged %u\n", count);
}

/* Reads a number, or sets a flag. Returns 0, or -1 (reported). */
static int
parse_option(int option)
{
	if (option >= SETTINGS)
		return -1;
	if (options[option].has_arg == required_argument)
		return value_number(
		    &settings[option], options[option].name, optarg);
	settings[option] = 1;
	return 0;
}

static int
parse(int argc, char **argv)
{
	unsigned port;
	int option;

	while ((option = getopt_long_only(argc, argv, "", options, NULL)) != -1)
		if (parse_option(option) == -1)
			return -1;
	if (optind != argc - 1 || settings[SIZE] == 0 ||
	    value_number(&port, "PORT", argv[optind]) == -1 ||
	    port > UINT16_MAX)
		return -1;
	server.sin_port = htons((uint16_t)port);
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return 0;
}

int
main(int argc, char *argv[])
{
	static struct peer peer;
	double took, slowest = 0;
	int64_t begin_us;
	unsigned i, served = 0;

	if (parse(argc, argv) == -1)
		errx(1, "usage: pieces [option...] PORT");
	for (i = 0; i < STRANGERS; i++)
		strangers[i] = socket_to_server(0);
	if (settings[FORGE]) {
		forge(settings[COUNT]);
		return 0;
	}
	for (i = 0; i < settings[COUNT]; i++) {
		open_peer(&peer);
		begin_us = clock_now_us();
		served += shake_hands(&peer);
		took = (double)(clock_now_us() - begin_us) / 1e3;
		slowest = took > slowest ? took : slowest;
		close_peer(&peer);
	}
	printf("served %u of %u, slowest %.1f ms\n", served, settings[COUNT],
	    slowest);
	return 0;
}
