#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept/acceptor.h"
#include "accept/dtls_acceptor.h"
#include "base/services.h"
#include "config/config.h"
#include "foundation/fault.h"
#include "foundation/lifeline.h"
#include "foundation/log.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/shared.h"

#define ACCEPTOR_RETRY_MS 1000

static bool acceptor_find_local(struct acceptor *);
static void acceptor_on_listener(void *, uint32_t);
static void acceptor_on_turn(void *, uint32_t);
static void acceptor_on_again(void *);
static void acceptor_on_retry(void *);
static void acceptor_wake(struct acceptor *);
static void acceptor_take(struct acceptor *);
static enum accept_result acceptor_accept(struct acceptor *, struct arrival *);
static void acceptor_pause(struct acceptor *, const char *);
static void acceptor_pass_on(struct acceptor *);
static bool acceptor_more_waits(const struct acceptor *);
static struct accept_turn *acceptor_turn(const struct acceptor *);
static void acceptor_set_state(struct acceptor *, enum accept_state);

int
acceptor_open(struct acceptor *acceptor, const struct services *services,
    const struct accept_calls *calls, void *arg)
{
	memset(acceptor, 0, sizeof(*acceptor));
	acceptor->services = services;
	acceptor->calls = calls;
	acceptor->arg = arg;
	acceptor->listener =
	    (struct loop_event){ acceptor_on_listener, acceptor, -1 };
	acceptor->turn = (struct loop_event){ acceptor_on_turn, acceptor, -1 };
	acceptor->again.run = acceptor_on_again;
	acceptor->again.arg = acceptor;
	acceptor->retry.run = acceptor_on_retry;
	acceptor->retry.arg = acceptor;
	acceptor->has_local = acceptor_find_local(acceptor);
	if (services->config->dtls) {
		acceptor->dtls = malloc(sizeof(*acceptor->dtls));
		if (acceptor->dtls == NULL)
			fatalx("out of memory");
		if (dtls_acceptor_open(acceptor->dtls, acceptor) == -1)
			return -1;
	}
	return 0;
}

int
acceptor_begin(struct acceptor *acceptor)
{
	const struct services *services = acceptor->services;
	struct accept_turn *turn = acceptor_turn(acceptor);

	if (acceptor->state != ACCEPTOR_WAITING)
		return 0;
	if (loop_add(services->loop, &acceptor->turn,
		accept_turn_fd(turn, services->slot),
		EPOLLIN | EPOLLET) == -1 ||
	    loop_add(services->loop, &acceptor->listener, services->listener_fd,
		EPOLLIN | EPOLLET | EPOLLEXCLUSIVE) == -1)
		return -1;
	acceptor->state = ACCEPTOR_OPEN;
	return 0;
}

void
acceptor_stop(struct acceptor *acceptor)
{
	struct loop *loop = acceptor->services->loop;

	acceptor->state = ACCEPTOR_STOPPED;
	acceptor_set_state(acceptor, ACCEPT_ABSENT);
	loop_remove(loop, &acceptor->listener);
	loop_task_stop(loop, &acceptor->again);
	loop_timer_stop(loop, &acceptor->retry);
	/* With DTLS other workers still bring what they read for our peers. */
	if (acceptor->dtls == NULL)
		loop_remove(loop, &acceptor->turn);
	else
		dtls_acceptor_stop(acceptor->dtls);
	/* The port is free when no process has the socket any more. */
	if (acceptor->dtls != NULL ||
	    acceptor->services->config->activation.hands_in)
		close(acceptor->services->listener_fd);
}

void
acceptor_will_wait(struct acceptor *acceptor)
{
	if (acceptor->state == ACCEPTOR_OPEN)
		acceptor_set_state(acceptor, ACCEPT_IDLE);
}

void
acceptor_has_waited(struct acceptor *acceptor)
{
	if (acceptor->state == ACCEPTOR_OPEN)
		acceptor_set_state(acceptor, ACCEPT_BUSY);
}

void
acceptor_resume(struct acceptor *acceptor)
{
	if (acceptor->state != ACCEPTOR_PAUSED)
		return;
	acceptor->state = ACCEPTOR_OPEN;
	loop_timer_stop(acceptor->services->loop, &acceptor->retry);
	acceptor_set_state(acceptor, ACCEPT_BUSY);
	loop_defer(acceptor->services->loop, &acceptor->again);
}

static void
acceptor_on_listener(void *arg, uint32_t events)
{
	(void)events;
	acceptor_wake(arg);
}

/* Edge-triggered, so the eventfd need not be read to see the next turn. */
static void
acceptor_on_turn(void *arg, uint32_t events)
{
	struct acceptor *acceptor = arg;

	(void)events;
	/* The worker may have been woken only for this. */
	if (acceptor->dtls != NULL && dtls_acceptor_collect(acceptor->dtls) &&
	    !accept_turn_is_of(
		acceptor_turn(acceptor), acceptor->services->slot))
		return;
	if (acceptor->state == ACCEPTOR_STOPPED)
		return;
	fault_point_if(acceptor_more_waits(acceptor), "accept-turn");
	acceptor_take(acceptor);
}

static void
acceptor_on_again(void *arg)
{
	acceptor_wake(arg);
}

static void
acceptor_on_retry(void *arg)
{
	acceptor_resume(arg);
}

/* A connection waits: accept it, or hand the turn to the next worker. */
static void
acceptor_wake(struct acceptor *acceptor)
{
	struct accept_turn *turn = acceptor_turn(acceptor);
	unsigned self = acceptor->services->slot, next;

	if (acceptor->state != ACCEPTOR_OPEN)
		return;
	next = accept_turn_next(turn, self);
	if (next == self)
		acceptor_take(acceptor);
	else if (acceptor_more_waits(acceptor)) {
		fault_point("accept-wakeup");
		accept_turn_hand(turn, next);
	}
}

static void
acceptor_take(struct acceptor *acceptor)
{
	struct arrival arrival = { .peer_size = sizeof(arrival.peer) };

	if (acceptor->state == ACCEPTOR_STOPPED ||
	    accept_turn_has_ended(acceptor_turn(acceptor)))
		return;
	/* Without a master nobody would print, count or end a connection. */
	if (lifeline_is_cut(acceptor->services->shared->lifeline))
		_exit(1);
	if (acceptor->calls->overloaded(acceptor->arg))
		acceptor_pause(acceptor, "cannot get rid of its text");
	if (acceptor->state == ACCEPTOR_PAUSED) {
		acceptor_pass_on(acceptor);
		return;
	}
	switch (acceptor->dtls != NULL
		? dtls_acceptor_accept(acceptor->dtls, &arrival)
		: acceptor_accept(acceptor, &arrival)) {
	case ACCEPT_NOTHING:
		return;
	case ACCEPT_MORE:
		loop_defer(acceptor->services->loop, &acceptor->again);
		return;
	case ACCEPT_FULL:
		acceptor_pause(acceptor, "is out of descriptors");
		acceptor_pass_on(acceptor);
		return;
	case ACCEPT_TOOK:
		break;
	}
	acceptor_pass_on(acceptor);
	acceptor->calls->arrived(acceptor->arg, &arrival);
}

static enum accept_result
acceptor_accept(struct acceptor *acceptor, struct arrival *arrival)
{
	const struct services *services = acceptor->services;
	struct accept_quota *quota = services->shared->quota;

	if (!accept_quota_claim(quota, services->slot))
		return ACCEPT_NOTHING;
	fault_point("accept-claimed");
	do
		arrival->fd = accept4(services->listener_fd,
		    (struct sockaddr *)&arrival->peer, &arrival->peer_size,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
	while (arrival->fd == -1 && (errno == EINTR || errno == ECONNABORTED));
	if (arrival->fd == -1) {
		int error = errno;

		accept_quota_give_back(quota, services->slot);
		return error == EMFILE || error == ENFILE || error == ENOBUFS ||
			error == ENOMEM
		    ? ACCEPT_FULL
		    : ACCEPT_NOTHING;
	}
	arrival_took(services, arrival, arrival->fd,
	    acceptor->has_local ? &acceptor->local : NULL);
	return ACCEPT_TOOK;
}

/*
 * Connections have the address of the listener, unless that stands for all
 * addresses, or takes what is sent to others (ip(7), IP_TRANSPARENT).
 */
static bool
acceptor_find_local(struct acceptor *acceptor)
{
	struct sockaddr_storage *local = &acceptor->local;
	const struct sockaddr_in *in = (const struct sockaddr_in *)local;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)local;
	int fd = acceptor->services->listener_fd, transparent = 0;
	socklen_t size = sizeof(*local), option_size = sizeof(transparent);

	if (getsockname(fd, (struct sockaddr *)local, &size) == -1 ||
	    getsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &transparent,
		&option_size) == -1 ||
	    transparent)
		return false;
	if (local->ss_family == AF_INET)
		return in->sin_addr.s_addr != htonl(INADDR_ANY);
	return local->ss_family == AF_INET6 &&
	    !IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
}

/* Meanwhile connections wait in the kernel's queue. */
static void
acceptor_pause(struct acceptor *acceptor, const char *why)
{
	struct loop *loop = acceptor->services->loop;

	if (arrival_may_warn(acceptor->services, &acceptor->warned_ms))
		log_warnx("worker %u %s: accepting pauses",
		    acceptor->services->number, why);
	acceptor->state = ACCEPTOR_PAUSED;
	acceptor_set_state(acceptor, ACCEPT_PAUSED);
	loop_timer_set(loop, &acceptor->retry, ACCEPTOR_RETRY_MS);
}

/* If another connection waits, hand the turn to the next worker. */
static void
acceptor_pass_on(struct acceptor *acceptor)
{
	struct accept_turn *turn = acceptor_turn(acceptor);
	unsigned self = acceptor->services->slot, next;

	if (!acceptor_more_waits(acceptor))
		return;
	next = accept_turn_next(turn, self);
	if (next != self)
		accept_turn_hand(turn, next);
	else if (acceptor->state == ACCEPTOR_OPEN)
		loop_defer(acceptor->services->loop, &acceptor->again);
}

static bool
acceptor_more_waits(const struct acceptor *acceptor)
{
	struct pollfd pollfd = { .fd = acceptor->services->listener_fd,
		.events = POLLIN };

	return poll(&pollfd, 1, 0) == 1 && (pollfd.revents & POLLIN) &&
	    !(pollfd.revents & POLLHUP);
}

static struct accept_turn *
acceptor_turn(const struct acceptor *acceptor)
{
	return acceptor->services->shared->turn;
}

static void
acceptor_set_state(struct acceptor *acceptor, enum accept_state state)
{
	accept_turn_set_state(
	    acceptor_turn(acceptor), acceptor->services->slot, state);
}
