/*
 * A worker's connection to the store: it connects, greets, sends what others
 * have appended, reads replies, and connects again when the connection is lost,
 * later and later while that fails.
 *
 * What goes wrong is said in a line, once in ten seconds by all workers
 * together.
 */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include <sys/socket.h>

#include <openssl/ssl.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "foundation/textbuf.h"
#include "store/store_greeting.h"
#include "store/store_socket.h"

struct store_reply;
struct store_uri;
struct store_wire;

#define STORE_ADDRESSES_MAX 8
#define STORE_PAUSE_MS	    1000 /* from a store that does no good */

enum store_link_state {
	STORE_LINK_DOWN, /* until the timer */
	STORE_LINK_FINDING, /* the addresses */
	STORE_LINK_CONNECTING,
	STORE_LINK_GREETING,
	STORE_LINK_READY,
};

struct store_address {
	struct sockaddr_storage address;
	socklen_t size;
};

/*
 * Find the addresses of a name: STORE_ADDRESSES_MAX at most. Called again and
 * again with the same since_ms (monotime_ms) while it returns 0. Returns 1, or
 * -1 and the reason.
 */
typedef int store_link_finder(void *arg, int64_t since_ms,
    struct store_address *, unsigned *count, struct textbuf *why);

/* Whom the link tells. None of them is called from a function of the link. */
struct store_link_calls {
	void (*ready)(void *arg);
	void (*reply)(void *arg, const struct store_reply *);
	/* What was not answered never will be. Also called by store_link_end.
	 */
	void (*gone)(void *arg);
};

struct store_link_setup {
	struct loop *loop;
	const struct store_uri *uri;
	const char *password; /* NULL: none */
	SSL_CTX *tls; /* NULL: without TLS */
	int timeout_ms; /* of a command */
	store_link_finder *find;
	void *find_arg;
	_Atomic int64_t *said_ms; /* when the last line was said, by anyone */
};

struct store_link {
	struct store_link_setup setup;
	const struct store_link_calls *calls;
	void *arg;
	enum store_link_state state;
	struct store_socket socket;
	struct store_address address[STORE_ADDRESSES_MAX];
	unsigned addresses, next_address;
	int64_t since_ms; /* of this attempt to find them */
	struct store_greeting greeting;
	struct store_wire *wire; /* NULL: not connected */
	struct loop_event event;
	uint32_t events; /* that the event is registered for */
	struct loop_timer timer; /* to connect, or to give an attempt up */
	struct loop_task flush;
	struct textbuf out; /* what the store has to get */
	size_t out_sent;
	size_t out_seen; /* so much was to be sent a turn ago */
	unsigned lingers; /* for so many turns */
	int64_t ready_ms; /* since when it is ready */
	unsigned failures; /* since the store last did what was asked */
	char name[160]; /* as users know it */
};

/* Begins to connect in the next turn of the loop. */
void store_link_open(struct store_link *, const struct store_link_setup *,
    const struct store_link_calls *, void *arg);
/* Tells nobody. */
void store_link_close(struct store_link *);
static inline bool
store_link_is_ready(const struct store_link *link)
{
	return link->state == STORE_LINK_READY;
}
/* True if it may be ready soon, so that a question may wait for that. */
bool store_link_is_hopeful(const struct store_link *);
/*
 * What was appended to out is sent, at the latest a few turns of the loop from
 * now: while each turn has more to ask, it goes together.
 */
void store_link_send(struct store_link *);
size_t store_link_unsent(const struct store_link *);
/* The store did what was asked. */
void store_link_praise(struct store_link *);
/* It does not connect as soon as it ought to. */
void store_link_doubt(struct store_link *);
/* End the connection, and connect again in pause_ms at the soonest. */
void store_link_end(struct store_link *, const char *why, int pause_ms);
void store_link_say(struct store_link *, const char *what);

#endif
