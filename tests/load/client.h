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

/* The data that all connections share. */
struct client_world {
	const struct settings *settings;
	struct report *report;
	SSL_CTX *ctx;
};

/*
 * A job: one connection, or the two connections of a pair; with --warm-up any
 * number of connections one after another.
 */
struct job {
	unsigned number;
	bool resuming; /* the current connection must resume the session */
	SSL_SESSION *session;
	unsigned first_worker;
	int64_t retry_us; /* it must not be started before this time */
	TAILQ_ENTRY(job) entry; /* in a list of jobs that wait for a start */
};
TAILQ_HEAD(job_list, job);

enum client_state {
	CLIENT_CONNECT,
	CLIENT_EARLY,
	CLIENT_HANDSHAKE,
	CLIENT_MUTTER, /* sends half a ClientHello */
	CLIENT_HELD,
	CLIENT_SEND,
	CLIENT_ECHO, /* sends datagrams that come back */
	CLIENT_READ,
	CLIENT_AWAIT_END, /* sent nothing; waits until the server closes */
	CLIENT_CLOSE, /* the result is known; the server may still send */
	CLIENT_OVER,
};

struct client {
	struct client_world *world;
	struct job *job; /* NULL: the job goes on without this connection */
	enum client_state state;
	int fd;
	SSL *ssl; /* NULL: without TLS */
	bool wants_write;
	bool ok; /* valid from CLIENT_CLOSE on */
	bool missed; /* it succeeded, but not as required */
	bool resumed;
	unsigned worker; /* the number in the answer, or 0 */
	int64_t start_us;
	int64_t close_us; /* when CLIENT_CLOSE began */
	size_t sent;
	struct echo *echo; /* NULL: not begun */
	uint64_t heard; /* bytes read when the last answer had come */
	struct report_bytes bytes;
	struct answer answer;
	TAILQ_ENTRY(client) entry;
};
TAILQ_HEAD(client_list, client);

/* Returns NULL (reported) on failure. */
struct client *client_open(struct client_world *, struct job *);
/* To be called when the socket is ready or something new is to do. */
void client_run(struct client *);
/* End the hold: the connection shows that it is alive, then ends. */
void client_release(struct client *);
/* To be called now and then: does what is due. */
void client_tick(struct client *, int64_t now_us);
/* End the connection at its deadline; reports its state. */
void client_give_up(struct client *);
void client_free(struct client *);

#endif
