#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/services.h"
#include "foundation/log.h"
#include "foundation/slab.h"
#include "net/farewell.h"

#define FAREWELL_BATCH	  64 /* sockets that one poll(2) looks at */
#define FAREWELL_DISCARDS 16 /* reads of one socket in a look */

struct farewell_peer {
	TAILQ_ENTRY(farewell_peer) entry;
	int fd;
	unsigned look; /* the next one */
	int64_t begun_ms;
	int64_t heard_ms; /* when the peer last said something, or begun_ms */
	int64_t at_ms; /* of the next look */
};

/* A peer is looked at after so long a silence. */
static const int64_t farewell_looks_ms[FAREWELL_LOOKS] = { 2, 16, 64, 200,
	FAREWELL_SILENCE_MS };

static void farewell_on_timer(void *);
static size_t farewell_look(struct farewell *, struct farewell_queue *);
static bool
farewell_stays(const struct farewell *, struct farewell_peer *, short);
static bool
farewell_ended(const struct farewell *, struct farewell_peer *, short);
static void farewell_wait(struct farewell *, struct farewell_peer *);
static void farewell_set_timer(struct farewell *);

void
farewell_init(struct farewell *farewell, const struct services *services,
    void (*closed)(void *), void *arg)
{
	size_t i;

	memset(farewell, 0, sizeof(*farewell));
	farewell->services = services;
	for (i = 0; i < FAREWELL_LOOKS; i++)
		TAILQ_INIT(&farewell->waiting[i]);
	farewell->timer.run = farewell_on_timer;
	farewell->timer.arg = farewell;
	farewell->closed = closed;
	farewell->arg = arg;
}

void
farewell_take(struct farewell *farewell, int fd)
{
	int64_t now_ms = farewell->services->loop->now_ms;
	struct farewell_peer *peer = slab_alloc(sizeof(*peer));

	if (peer == NULL)
		fatalx("out of memory");
	*peer = (struct farewell_peer){
		.fd = fd, .begun_ms = now_ms, .heard_ms = now_ms
	};
	farewell_wait(farewell, peer);
	if (farewell->timer.at_ms == 0)
		farewell_set_timer(farewell);
}

/* Only the last look comes too late. */
void
farewell_hurry(struct farewell *farewell)
{
	struct farewell_peer *peer;

	TAILQ_FOREACH (peer, &farewell->waiting[FAREWELL_LOOKS - 1], entry)
		peer->at_ms = peer->heard_ms + FAREWELL_QUIT_MS;
	farewell_set_timer(farewell);
}

bool
farewell_is_over(const struct farewell *farewell)
{
	size_t i;

	for (i = 0; i < FAREWELL_LOOKS; i++)
		if (!TAILQ_EMPTY(&farewell->waiting[i]))
			return false;
	return true;
}

static void
farewell_on_timer(void *arg)
{
	struct farewell *farewell = arg;
	size_t closed = 0, i;

	for (i = 0; i < FAREWELL_LOOKS; i++)
		closed += farewell_look(farewell, &farewell->waiting[i]);
	farewell_set_timer(farewell);
	if (closed > 0)
		farewell->closed(farewell->arg);
}

/*
 * Looks at peers whose time has come; the others have their look in the next
 * turn. Returns how many are gone.
 */
static size_t
farewell_look(struct farewell *farewell, struct farewell_queue *queue)
{
	struct farewell_peer *peers[FAREWELL_BATCH], *peer;
	struct pollfd polled[FAREWELL_BATCH];
	int64_t now_ms = farewell->services->loop->now_ms;
	size_t count = 0, closed = 0, i;

	while (count < FAREWELL_BATCH && (peer = TAILQ_FIRST(queue)) != NULL &&
	    peer->at_ms <= now_ms) {
		TAILQ_REMOVE(queue, peer, entry);
		polled[count] =
		    (struct pollfd){ .fd = peer->fd, .events = POLLIN };
		peers[count++] = peer;
	}
	if (count > 0)
		(void)poll(polled, count, 0);
	for (i = 0; i < count; i++)
		if (farewell_stays(farewell, peers[i], polled[i].revents)) {
			farewell_wait(farewell, peers[i]);
		} else {
			close(peers[i]->fd);
			slab_free(peers[i]);
			closed++;
		}
	return closed;
}

static bool
farewell_stays(
    const struct farewell *farewell, struct farewell_peer *peer, short events)
{
	const struct services *services = farewell->services;
	int64_t now_ms = services->loop->now_ms;

	if (peer->look < FAREWELL_LOOKS - 1)
		peer->look++;
	if (events != 0 && farewell_ended(farewell, peer, events))
		return false;
	return now_ms - peer->begun_ms < FAREWELL_TOTAL_MS &&
	    now_ms - peer->heard_ms <
	    (*services->quitting ? FAREWELL_QUIT_MS : FAREWELL_SILENCE_MS);
}

/* Drops what the peer has said. Returns true if the peer has ended. */
static bool
farewell_ended(
    const struct farewell *farewell, struct farewell_peer *peer, short events)
{
	const struct services *services = farewell->services;
	char dropped[16 * 1024];
	int budget = FAREWELL_DISCARDS;
	ssize_t n;

	while (budget-- > 0) {
		n = recv(peer->fd, dropped, sizeof(dropped), 0);
		if (n <= 0)
			return n == 0 || (errno != EAGAIN && errno != EINTR);
		counters_add(services->counters, STAT_SOCKET_IN, (uint64_t)n);
		peer->heard_ms = services->loop->now_ms;
		peer->look = 0;
		/* Behind the last of it there is nothing to be read for. */
		if ((size_t)n < sizeof(dropped))
			return (events & POLLHUP) != 0;
	}
	return false;
}

static void
farewell_wait(struct farewell *farewell, struct farewell_peer *peer)
{
	int64_t after_ms = farewell_looks_ms[peer->look];

	if (after_ms > FAREWELL_QUIT_MS && *farewell->services->quitting)
		after_ms = FAREWELL_QUIT_MS;
	peer->at_ms = peer->heard_ms + after_ms;
	TAILQ_INSERT_TAIL(&farewell->waiting[peer->look], peer, entry);
}

static void
farewell_set_timer(struct farewell *farewell)
{
	struct loop *loop = farewell->services->loop;
	const struct farewell_peer *first;
	int64_t at_ms = INT64_MAX;
	size_t i;

	for (i = 0; i < FAREWELL_LOOKS; i++) {
		first = TAILQ_FIRST(&farewell->waiting[i]);
		if (first != NULL && first->at_ms < at_ms)
			at_ms = first->at_ms;
	}
	if (at_ms == INT64_MAX)
		loop_timer_stop(loop, &farewell->timer);
	else
		loop_timer_set(loop, &farewell->timer, at_ms - loop->now_ms);
}
