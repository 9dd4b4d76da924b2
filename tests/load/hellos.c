/*
 * Peers of a DTLS server that stop at the cookie exchange, or do unusual things
 * in it.
 *
 *	hellos PORT flood COUNT
 *		COUNT ClientHellos, each from an address and port of its own,
 *		whose socket is closed when the answer has come
 *	hellos PORT garbage
 *		datagrams that are not a first ClientHello, at every length
 *	hellos PORT stolen
 *		a cookie comes back from another port, then from another
 *		address, then from its own
 *	hellos PORT late COUNT
 *		COUNT peers return their cookies when standard input has ended
 *	hellos PORT crowd COUNT
 *		COUNT peers of one host, 127.0.0.2, return their cookies, and
 *		send nothing more until standard input ends
 *	hellos PORT anew COUNT
 *		the same, but each peer has done a handshake before, from the
 *		same port, and has left without a close_notify
 *	hellos PORT copies COUNT
 *		COUNT peers return their cookies, ten times at once
 *
 * PORT is the server's port on 127.0.0.1. Prints what was sent and what came:
 * "cookies" counts HelloVerifyRequests, "served" counts ServerHellos (with many
 * peers, the peers that got one), "other" counts everything else. An answer to
 * a first hello that is longer than the hello is an error.
 */
#include <sys/socket.h>

#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "memory_client.h"

#define DATAGRAM_MAX 65536
#define PEERS_MAX    1000
#define COPIES	     10
#define AT_ONCE	     64 /* datagrams of a flood */
/* How long to wait for an answer, and to be sure that none comes. */
#define PATIENCE_MS 10000
#define SILENCE_MS  200

/* Offsets in a datagram with a handshake message. */
enum { EPOCH = 4, MESSAGE_TYPE = 13, HEADERS = 25 };
enum { SERVER_HELLO = 2, HELLO_VERIFY_REQUEST = 3 };

struct datagram {
	uint8_t data[2048];
	size_t size;
};

struct peer {
	SSL *ssl; /* NULL: the peer only sends its first hello */
	int fd;
	struct datagram hello;
};

struct answers {
	unsigned cookies, served, other;
	size_t longest; /* the longest answer with a cookie */
};

static struct sockaddr_in server = { .sin_family = AF_INET };

/* Addresses from 127.0.0.1 on, so that each peer has another one. */
static int
socket_of(unsigned number)
{
	struct sockaddr_in own = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK + number) } };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&own, sizeof(own)) == -1)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&server, sizeof(server)) == -1)
		err(1, "connect");
	return fd;
}

/* Sends at once only what the server's queue can contain. */
static void
send_to(int fd, const void *data, size_t size)
{
	static unsigned sent;

	if (send(fd, data, size, 0) == -1)
		err(1, "send");
	if (++sent % AT_ONCE == 0)
		poll(NULL, 0, 1);
}

/* Gets the next datagram of libssl's client. */
static void
say(struct peer *peer)
{
	int n;

	if (SSL_do_handshake(peer->ssl) > 0)
		errx(1, "a handshake ends early");
	n = BIO_read(SSL_get_wbio(peer->ssl), peer->hello.data,
	    sizeof(peer->hello.data));
	if (n <= 0)
		errx(1, "the library has nothing to say");
	peer->hello.size = (size_t)n;
}

static void
begin_hello(struct peer *peer)
{
	peer->ssl = memory_client(1400);
	say(peer);
}

static void
open_peer(struct peer *peer, unsigned number)
{
	peer->fd = socket_of(number);
	begin_hello(peer);
}

static void
close_peer(struct peer *peer)
{
	SSL_free(peer->ssl);
	close(peer->fd);
}

/* Returns the number of bytes that came in time, or 0. */
static size_t
receive(int fd, uint8_t *data, size_t size, int limit_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&pollfd, 1, limit_ms) != 1)
		return 0;
	n = recv(fd, data, size, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

static void
count(struct answers *answers, const uint8_t *data, size_t size)
{
	uint8_t type = size > HEADERS ? data[MESSAGE_TYPE] : 0;

	if (type == HELLO_VERIFY_REQUEST) {
		answers->cookies++;
		if (size > answers->longest)
			answers->longest = size;
	} else if (type == SERVER_HELLO)
		answers->served++;
	else
		answers->other++;
}

/* All that comes, for the first until first_ms, for each other until more_ms.
 */
static void
hear(int fd, struct answers *answers, int first_ms, int more_ms)
{
	static uint8_t data[DATAGRAM_MAX];
	size_t size = receive(fd, data, sizeof(data), first_ms);

	for (; size > 0; size = receive(fd, data, sizeof(data), more_ms))
		count(answers, data, size);
}

/* Returns the cookie: the next hello of libssl contains it. */
static void
fetch_cookie(struct peer *peer)
{
	uint8_t data[DATAGRAM_MAX];
	size_t size;

	send_to(peer->fd, peer->hello.data, peer->hello.size);
	size = receive(peer->fd, data, sizeof(data), PATIENCE_MS);
	if (size <= HEADERS || data[MESSAGE_TYPE] != HELLO_VERIFY_REQUEST)
		errx(1, "no cookie");
	if (size > peer->hello.size)
		errx(1, "the cookie is longer than the hello");
	if (BIO_write(SSL_get_rbio(peer->ssl), data, (int)size) != (int)size)
		errx(1, "out of memory");
	say(peer);
}

/* Gives libssl's client the bytes that came. */
static void
take(struct peer *peer)
{
	uint8_t data[DATAGRAM_MAX];
	size_t size = receive(peer->fd, data, sizeof(data), PATIENCE_MS);

	if (size == 0)
		errx(1, "a handshake has no answer");
	if (BIO_write(SSL_get_rbio(peer->ssl), data, (int)size) != (int)size)
		errx(1, "out of memory");
}

/* Completes the handshake; then the peer is a new one on the same port. */
static void
shake_hands(struct peer *peer)
{
	uint8_t data[DATAGRAM_MAX];
	int n;

	fetch_cookie(peer);
	send_to(peer->fd, peer->hello.data, peer->hello.size);
	while (SSL_do_handshake(peer->ssl) != 1) {
		n = BIO_read(SSL_get_wbio(peer->ssl), data, sizeof(data));
		if (n > 0)
			send_to(peer->fd, data, (size_t)n);
		else
			take(peer);
	}
	/* Messages that a slow server repeats must not count as answers. */
	while (receive(peer->fd, data, sizeof(data), 0) > 0)
		;
	SSL_free(peer->ssl);
	begin_hello(peer);
}

static void
tell(const char *what, const struct answers *answers)
{
	printf("%s: cookies %u served %u other %u\n", what, answers->cookies,
	    answers->served, answers->other);
	fflush(stdout);
}

/* Many at once; but a socket is closed only when its answer has come. */
static void
flood(unsigned total)
{
	struct answers answers = { 0 };
	uint8_t data[DATAGRAM_MAX];
	unsigned done, i, n;
	int fds[AT_ONCE];
	struct peer peer;
	size_t size;

	open_peer(&peer, 0);
	for (done = 0; done < total; done += n) {
		n = total - done < AT_ONCE ? total - done : AT_ONCE;
		for (i = 0; i < n; i++) {
			fds[i] = socket_of(done + i + 1);
			send_to(fds[i], peer.hello.data, peer.hello.size);
		}
		for (i = 0; i < n; i++) {
			size = receive(fds[i], data, sizeof(data), PATIENCE_MS);
			count(&answers, data, size);
			close(fds[i]);
		}
	}
	if (answers.longest > peer.hello.size)
		errx(1, "a cookie is longer than the hello");
	tell("flood", &answers);
	close_peer(&peer);
}

/* Sends each datagram whole and cut; the server must not answer. */
static void
throw_datagram(int fd, struct datagram datagram, size_t at, uint8_t byte)
{
	size_t size;

	datagram.data[at] = byte;
	for (size = 0; size <= datagram.size; size++)
		send_to(fd, datagram.data, size);
}

static void
garbage(void)
{
	struct answers answers = { 0 };
	struct datagram other = { .size = 300 };
	struct peer peer;
	unsigned type;
	size_t size;

	open_peer(&peer, 0);
	for (size = 0; size < peer.hello.size; size++)
		send_to(peer.fd, peer.hello.data, size);
	throw_datagram(peer.fd, peer.hello, EPOCH, 1);
	throw_datagram(peer.fd, peer.hello, 0, 23);
	throw_datagram(peer.fd, peer.hello, 0, 21);
	throw_datagram(peer.fd, peer.hello, MESSAGE_TYPE, SERVER_HELLO);
	for (type = 0; type <= 255; type++) {
		memset(other.data, (int)type, sizeof(other.data));
		send_to(peer.fd, other.data, other.size);
	}
	hear(peer.fd, &answers, SILENCE_MS, SILENCE_MS);
	tell("garbage", &answers);
	/* The server is alive and has read all of them. */
	fetch_cookie(&peer);
	hear(peer.fd, &answers, SILENCE_MS, SILENCE_MS);
	tell("then", &answers);
	close_peer(&peer);
}

/* Sends the same hello from another socket. */
static void
try_from(const struct peer *owner, int fd, const char *what)
{
	struct answers answers = { 0 };

	send_to(fd, owner->hello.data, owner->hello.size);
	hear(fd, &answers, PATIENCE_MS, SILENCE_MS);
	tell(what, &answers);
}

static void
stolen(void)
{
	struct peer owner;
	int fd;

	open_peer(&owner, 0);
	fetch_cookie(&owner);
	fd = socket_of(0);
	try_from(&owner, fd, "another port");
	close(fd);
	fd = socket_of(1);
	try_from(&owner, fd, "another address");
	close(fd);
	try_from(&owner, owner.fd, "its own");
	close_peer(&owner);
}

/* Each peer has a cookie, and sends it this number of times. */
static void
come_back(unsigned peers, unsigned copies, bool late)
{
	static struct peer peer[PEERS_MAX];
	struct answers answers = { 0 };
	unsigned i, copy;

	if (peers > PEERS_MAX)
		errx(1, "at most %d", PEERS_MAX);
	for (i = 0; i < peers; i++) {
		open_peer(&peer[i], i);
		fetch_cookie(&peer[i]);
	}
	puts("cookies");
	fflush(stdout);
	while (late && getchar() != EOF)
		;
	for (i = 0; i < peers; i++)
		for (copy = 0; copy < copies; copy++)
			send_to(
			    peer[i].fd, peer[i].hello.data, peer[i].hello.size);
	poll(NULL, 0, SILENCE_MS);
	for (i = 0; i < peers; i++) {
		struct answers its = { 0 };

		hear(peer[i].fd, &its, PATIENCE_MS, 0);
		answers.cookies += its.cookies;
		answers.served += its.served > 0;
		close_peer(&peer[i]);
	}
	tell("back", &answers);
}

static void
crowd(unsigned peers, bool anew)
{
	static struct peer peer[PEERS_MAX];
	struct answers answers = { 0 };
	unsigned i;

	if (peers > PEERS_MAX)
		errx(1, "at most %d", PEERS_MAX);
	for (i = 0; i < peers; i++) {
		open_peer(&peer[i], 1);
		if (anew)
			shake_hands(&peer[i]);
	}
	for (i = 0; i < peers; i++) {
		fetch_cookie(&peer[i]);
		send_to(peer[i].fd, peer[i].hello.data, peer[i].hello.size);
	}
	poll(NULL, 0, SILENCE_MS);
	for (i = 0; i < peers; i++) {
		struct answers its = { 0 };

		hear(peer[i].fd, &its, SILENCE_MS, 0);
		answers.cookies += its.cookies;
		answers.served += its.served > 0;
	}
	tell("crowd", &answers);
	while (getchar() != EOF)
		;
	for (i = 0; i < peers; i++)
		close_peer(&peer[i]);
}

int
main(int argc, char *argv[])
{
	const char *mode = argc > 2 ? argv[2] : "";
	unsigned n = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;

	if (argc < 3 || argc > 4)
		errx(1, "usage: hellos PORT MODE [COUNT]");
	server.sin_port = htons((uint16_t)strtol(argv[1], NULL, 10));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (strcmp(mode, "flood") == 0)
		flood(n);
	else if (strcmp(mode, "garbage") == 0)
		garbage();
	else if (strcmp(mode, "stolen") == 0)
		stolen();
	else if (strcmp(mode, "late") == 0)
		come_back(n, 1, true);
	else if (strcmp(mode, "crowd") == 0)
		crowd(n, false);
	else if (strcmp(mode, "anew") == 0)
		crowd(n, true);
	else if (strcmp(mode, "copies") == 0)
		come_back(n, COPIES, false);
	else
		errx(1, "no mode: %s", mode);
	return 0;
}
