/*
 * -status in a worker: a handshake whose client asks for the status of our
 * certificate waits until the fetcher has it, at most as long as
 * -status_timeout says; the worker goes on with the others.
 *
 * Which of several certificates it will be is decided after the wait, so the
 * status of each is waited for.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/loop.h"
#include "foundation/textbuf.h"
#include "shared/fetch_board.h"

struct connection;
struct tls_context;
struct worker;

/* Certificates of different kinds that a connection can have. */
#define STATUS_REQUESTS 9

/* Of a connection whose client asks for one. */
struct status {
	TAILQ_ENTRY(status) entry;
	struct connection *connection;
	bool waits; /* it is in the worker's list */
	struct textbuf request[STATUS_REQUESTS];
	struct fetch_answer answer[STATUS_REQUESTS]; /* what has come */
	bool answered[STATUS_REQUESTS];
	unsigned requests;
	int64_t since_ms; /* when they were first made */
	int64_t until_ms; /* not waited for longer */
	struct loop_timer timer;
};
TAILQ_HEAD(status_list, status);

/* Both contexts get the callbacks. Returns 0, or -1 (reported). */
int status_install(struct tls_context *);

/* Also when the handshake is over: nothing is kept for what comes. */
void status_free(struct connection *);
/* True: what the last ClientHello made it ask for is still to come. */
bool status_pending(struct connection *);
/* The fetcher has something new: those who wait look again. */
void status_news(struct worker *);

#endif
