/*
 * One connection of the load client: its states from the connect to the end.
 * It never blocks; the engine calls it when its socket is ready.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <openssl/ssl.h>

#include "answer.h"
#include "report.h"

struct settings;

/* What all connections share. */
struct client_world {
	const struct settings *settings;
	struct report *report;
	SSL_CTX *ctx;
};

/*
 * One connection, or the two of a pair, one after the other; with --warm-up
 * one connection after another.
 */
struct job {
	unsigned number;
	bool resuming; /* the connection at work is to resume the session */
	SSL_SESSION *session;
	unsigned first_worker;
	int64_t retry_us; /* not before */
	TAILQ_ENTRY(job) entry; /* waiting to be started (again) */
};
TAILQ_HEAD(job_list, job);

enum client_state {
	CLIENT_CONNECT,
	CLIENT_EARLY,
	CLIENT_HANDSHAKE,
	CLIENT_MUTTER, /* the half ClientHello */
	CLIENT_HELD,
	CLIENT_SEND,
	CLIENT_ECHO, /* datagrams that come back */
	CLIENT_READ,
	CLIENT_AWAIT_END, /* of a server that was not spoken to */
	CLIENT_CLOSE, /* the outcome is known; the server may still talk */
	CLIENT_OVER,
};

struct client {
	struct client_world *world;
	struct job *job; /* NULL: it went on without this connection */
	enum client_state state;
	int fd;
	SSL *ssl; /* NULL if it does not speak TLS */
	bool wants_write;
	bool ok; /* valid from CLIENT_CLOSE on */
	bool missed; /* went through, but not as was asked for */
	bool resumed;
	unsigned worker; /* that the answer named, or 0 */
	int64_t start_us;
	int64_t close_us; /* when CLIENT_CLOSE began */
	size_t sent;
	struct echo *echo; /* NULL: not begun */
	uint64_t heard; /* bytes, when the last answer had come */
	struct report_bytes bytes;
	struct answer answer;
	TAILQ_ENTRY(client) entry;
};
TAILQ_HEAD(client_list, client);

/* NULL: reported. */
struct client *client_open(struct client_world *, struct job *);
/* The socket is ready, or there is something new to do. */
void client_run(struct client *);
/* It was held long enough: show that it is alive, then end. */
void client_release(struct client *);
/* Now and then: what is due by the clock. */
void client_tick(struct client *, int64_t now_us);
/* The deadline has come; reported with where it stood. */
void client_give_up(struct client *);
void client_free(struct client *);

#endif
