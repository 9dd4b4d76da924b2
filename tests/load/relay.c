/*
 * A bad path for datagrams: forwards them between clients and a server, and
 * loses, doubles, delays, swaps, spoils or cuts some of them.
 *
 *	relay [option ...] PORT
 *
 * PORT is the server's port on 127.0.0.1. The relay listens on a port of
 * 127.0.0.1 which the kernel chooses, and prints "ACCEPT 127.0.0.1:PORT", as
 * s_server does. It has a socket towards the server for each client. It ends at
 * the end of its standard input or by SIGTERM, and prints what it has done.
 */
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "values.h"

#define DATAGRAM_MAX 65536
#define EVENTS	     64
#define BUCKETS	     4096
/* A reordered datagram waits for this time, and later ones overtake it. */
#define REORDER_US   20000
#define LISTEN_BYTES (4 * 1024 * 1024)

enum direction {
	TO_SERVER,
	TO_CLIENT,
};

/* In percent, except the last four. */
enum trouble {
	LOSS,
	DUPLICATION,
	REORDERING,
	CORRUPTION,
	TRUNCATION,
	FORGERY, /* sent to the server beside the true datagram */
	DELAY, /* ms, for all datagrams */
	DROP_TO_SERVER, /* number of each client's first datagrams to drop */
	DROP_TO_CLIENT,
	SEED,
	TROUBLES,
};

static const char *const trouble_names[TROUBLES] = {
	"loss",
	"duplicate",
	"reorder",
	"corrupt",
	"truncate",
	"forge",
	"delay",
	"drop-to-server",
	"drop-to-client",
	"seed",
};

struct client {
	struct sockaddr_in address;
	int fd; /* connected to the server */
	unsigned seen[2]; /* number of datagrams, by direction */
	SLIST_ENTRY(client) entry;
};
SLIST_HEAD(client_list, client);

/* A datagram that waits to be sent. */
struct parcel {
	struct client *client;
	enum direction direction;
	int64_t due_us;
	TAILQ_ENTRY(parcel) entry;
	size_t size;
	unsigned char data[];
};
TAILQ_HEAD(parcel_list, parcel);

struct relay {
	unsigned troubles[TROUBLES];
	unsigned long counts[TROUBLES];
	unsigned long passed[2]; /* by direction */
	unsigned clients;
	struct sockaddr_in server;
	int listener;
	int epoll_fd;
	struct client_list buckets[BUCKETS]; /* by address and port */
	struct parcel_list parcels; /* sorted by the time they are due */
	unsigned short dice[3];
};

/* Returns true, and counts it, if this trouble happens to a datagram. */
static bool
befalls(struct relay *relay, enum trouble trouble)
{
	if (erand48(relay->dice) * 100 >= relay->troubles[trouble])
		return false;
	relay->counts[trouble]++;
	return true;
}

static void
watch(struct relay *relay, int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		err(1, "epoll_ctl");
}

static struct client *
find_client(struct relay *relay, const struct sockaddr_in *address)
{
	const unsigned at =
	    (ntohl(address->sin_addr.s_addr) ^ ntohs(address->sin_port)) %
	    BUCKETS;
	struct client *client;

	SLIST_FOREACH(client, &relay->buckets[at], entry)
	if (client->address.sin_port == address->sin_port &&
	    client->address.sin_addr.s_addr == address->sin_addr.s_addr)
		return client;
	if ((client = calloc(1, sizeof(*client))) == NULL)
		err(1, NULL);
	client->address = *address;
	client->fd =
	    socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd == -1 ||
	    connect(client->fd, (struct sockaddr *)&relay->server,
		sizeof(relay->server)) == -1)
		err(1, "a socket to the server");
	SLIST_INSERT_HEAD(&relay->buckets[at], client, entry);
	watch(relay, client->fd, client);
	relay->clients++;
	return client;
}

/* As always with UDP, a full buffer or a missing server loses the datagram. */
static void
deliver(struct relay *relay, const struct parcel *parcel)
{
	struct client *client = parcel->client;

	if (parcel->direction == TO_SERVER)
		(void)send(client->fd, parcel->data, parcel->size, 0);
	else
		(void)sendto(relay->listener, parcel->data, parcel->size, 0,
		    (struct sockaddr *)&client->address,
		    sizeof(client->address));
	relay->passed[parcel->direction]++;
}

static void
deliver_due(struct relay *relay)
{
	struct parcel *parcel;

	while ((parcel = TAILQ_FIRST(&relay->parcels)) != NULL &&
	    parcel->due_us <= clock_now_us()) {
		TAILQ_REMOVE(&relay->parcels, parcel, entry);
		deliver(relay, parcel);
		free(parcel);
	}
}

static void
spoil(struct relay *relay, struct parcel *parcel)
{
	if (parcel->size > 0 && befalls(relay, CORRUPTION))
		parcel->data[(size_t)nrand48(relay->dice) % parcel->size] ^=
		    (unsigned char)(1 + nrand48(relay->dice) % UINT8_MAX);
	if (parcel->size > 0 && befalls(relay, TRUNCATION))
		parcel->size = (size_t)nrand48(relay->dice) % parcel->size;
}

/* Inserts a datagram after all that are due before it. */
static void
post(struct relay *relay, struct client *client, enum direction direction,
    const unsigned char *data, size_t size)
{
	struct parcel *parcel = malloc(sizeof(*parcel) + size), *before;

	if (parcel == NULL)
		err(1, NULL);
	parcel->client = client;
	parcel->direction = direction;
	parcel->size = size;
	memcpy(parcel->data, data, size);
	spoil(relay, parcel);
	parcel->due_us =
	    clock_now_us() + relay->troubles[DELAY] * INT64_C(1000);
	if (befalls(relay, REORDERING))
		parcel->due_us += REORDER_US;
	before = TAILQ_LAST(&relay->parcels, parcel_list);
	while (before != NULL && before->due_us > parcel->due_us)
		before = TAILQ_PREV(before, parcel_list, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&relay->parcels, parcel, entry);
	else
		TAILQ_INSERT_AFTER(&relay->parcels, before, parcel, entry);
}

/* Makes a record as an attacker can make it, too short to be authentic. */
static void
forge(struct relay *relay, struct client *client)
{
	static const unsigned char record[] = { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0,
		0, 0, 0xff, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8 };

	post(relay, client, TO_SERVER, record, sizeof(record));
}

static void
take(struct relay *relay, struct client *client, enum direction direction,
    const unsigned char *data, size_t size)
{
	const enum trouble drop =
	    direction == TO_SERVER ? DROP_TO_SERVER : DROP_TO_CLIENT;

	if (client->seen[direction]++ < relay->troubles[drop]) {
		relay->counts[drop]++;
		return;
	}
	if (befalls(relay, LOSS))
		return;
	post(relay, client, direction, data, size);
	if (befalls(relay, DUPLICATION))
		post(relay, client, direction, data, size);
	if (direction == TO_SERVER && befalls(relay, FORGERY))
		forge(relay, client);
}

static void
read_listener(struct relay *relay)
{
	unsigned char data[DATAGRAM_MAX];
	struct sockaddr_in address = { 0 };
	socklen_t size;
	ssize_t n;

	for (;;) {
		size = sizeof(address);
		n = recvfrom(relay->listener, data, sizeof(data), 0,
		    (struct sockaddr *)&address, &size);
		if (n == -1)
			return;
		take(relay, find_client(relay, &address), TO_SERVER, data,
		    (size_t)n);
	}
}

static void
read_server(struct relay *relay, struct client *client)
{
	unsigned char data[DATAGRAM_MAX];
	ssize_t n;

	while ((n = recv(client->fd, data, sizeof(data), 0)) >= 0)
		take(relay, client, TO_CLIENT, data, (size_t)n);
}

static int
next_timeout_ms(const struct relay *relay)
{
	const struct parcel *parcel = TAILQ_FIRST(&relay->parcels);
	int64_t wait_us;

	if (parcel == NULL)
		return -1;
	wait_us = parcel->due_us - clock_now_us();
	return wait_us <= 0 ? 0 : (int)(wait_us / 1000) + 1;
}

/* Notices the end of standard input, and SIGTERM from a descriptor. */
static bool
has_ended(int fd)
{
	char data[4096];

	return fd != STDIN_FILENO || read(fd, data, sizeof(data)) <= 0;
}

static void
run(struct relay *relay, int *ends, size_t ends_count)
{
	struct epoll_event events[EVENTS];
	int *end;
	int i, n;

	for (;;) {
		n = epoll_wait(
		    relay->epoll_fd, events, EVENTS, next_timeout_ms(relay));
		for (i = 0; i < n; i++) {
			end = events[i].data.ptr;
			if (end == &relay->listener)
				read_listener(relay);
			else if (end < ends || end >= ends + ends_count)
				read_server(relay, events[i].data.ptr);
			else if (has_ended(*end))
				return;
		}
		deliver_due(relay);
	}
}

static void
open_listener(struct relay *relay)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	const int bytes = LISTEN_BYTES;

	relay->listener =
	    socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (relay->listener == -1 ||
	    bind(relay->listener, (struct sockaddr *)&address,
		sizeof(address)) == -1 ||
	    getsockname(relay->listener, (struct sockaddr *)&address, &size) ==
		-1)
		err(1, "listen");
	/* A large buffer, so that only intended losses happen. */
	if (setsockopt(relay->listener, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
		sizeof(bytes)) == -1)
		(void)setsockopt(relay->listener, SOL_SOCKET, SO_RCVBUF, &bytes,
		    sizeof(bytes));
	watch(relay, relay->listener, &relay->listener);
	printf("ACCEPT 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
}

static int
open_termination(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1 ||
	    (fd = signalfd(-1, &set, SFD_CLOEXEC)) == -1)
		err(1, "signalfd");
	return fd;
}

static int
parse(struct relay *relay, int argc, char **argv)
{
	struct option options[TROUBLES + 1] = { 0 };
	unsigned port;
	int i, option;

	for (i = 0; i < TROUBLES; i++) {
		options[i].name = trouble_names[i];
		options[i].has_arg = required_argument;
		options[i].val = i;
	}
	while ((option = getopt_long_only(argc, argv, "", options, NULL)) != -1)
		if (option >= TROUBLES ||
		    value_number(&relay->troubles[option],
			trouble_names[option], optarg) == -1)
			return -1;
	if (optind != argc - 1 ||
	    value_number(&port, "PORT", argv[optind]) == -1 ||
	    port > UINT16_MAX)
		return -1;
	relay->server.sin_family = AF_INET;
	relay->server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	relay->server.sin_port = htons((uint16_t)port);
	return 0;
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void
print_counts(const struct relay *relay)
{
	int i;

	printf("clients %u to-server %lu to-client %lu", relay->clients,
	    relay->passed[TO_SERVER], relay->passed[TO_CLIENT]);
	for (i = 0; i < TROUBLES; i++)
		if (i != DELAY && i != SEED)
			printf(" %s %lu", trouble_names[i], relay->counts[i]);
	putchar('\n');
}

int
main(int argc, char *argv[])
{
	static struct relay relay;
	int ends[2] = { STDIN_FILENO, open_termination() };

	if (parse(&relay, argc, argv) == -1)
		errx(1,
		    "usage: relay [-loss|-duplicate|-reorder|-corrupt|"
		    "-truncate|-forge PERCENT] [-delay MS] "
		    "[-drop-to-server|-drop-to-client N] [-seed N] PORT");
	raise_descriptor_limit();
	TAILQ_INIT(&relay.parcels);
	relay.dice[0] = (unsigned short)relay.troubles[SEED];
	relay.dice[1] = (unsigned short)(relay.troubles[SEED] >> 16);
	if ((relay.epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	open_listener(&relay);
	watch(&relay, ends[0], &ends[0]);
	watch(&relay, ends[1], &ends[1]);
	run(&relay, ends, 2);
	print_counts(&relay);
	return 0;
}
