#include <sys/un.h>

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/store_uri.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "store/store_link.h"
#include "store/store_wire.h"

#define STORE_READ	 (16 * 1024)
#define STORE_READS	 16 /* in one turn of the loop */
#define STORE_ATTEMPT_MS 3000 /* to connect and to greet */
#define STORE_LOOK_MS	 20 /* between two looks for the addresses */
#define STORE_AGAIN_MS	 50 /* after a connection that was good */
#define STORE_DELAY_MS	 100 /* after the first attempt that failed */
#define STORE_DELAYS	 6 /* so often it doubles */
#define STORE_GOOD_MS	 1000 /* so long a good connection lasts */
#define STORE_SAY_MS	 10000
#define STORE_LINGERS	 3 /* turns */

static bool store_link_was_good(const struct store_link *);
static void store_link_name(struct store_link *);
static void store_link_on_timer(void *);
static void store_link_find(struct store_link *);
static bool store_link_find_path(struct store_link *);
static bool store_link_find_address(struct store_link *);
static void store_link_begin(struct store_link *);
static void store_link_on_event(void *, uint32_t);
static void store_link_settle(struct store_link *);
static void store_link_go_on(struct store_link *);
static void store_link_greet(struct store_link *);
static void store_link_read(struct store_link *);
static void store_link_take(struct store_link *);
static void store_link_welcome(struct store_link *, const struct store_reply *);
static void store_link_on_flush(void *);
static bool store_link_lingers(struct store_link *);
static void store_link_write(struct store_link *);
static void store_link_watch(struct store_link *);
static void store_link_fail(struct store_link *, const char *);
static void store_link_drop(struct store_link *);
static int store_link_delay_ms(const struct store_link *);

void
store_link_open(struct store_link *link, const struct store_link_setup *setup,
    const struct store_link_calls *calls, void *arg)
{
	memset(link, 0, sizeof(*link));
	link->setup = *setup;
	link->calls = calls;
	link->arg = arg;
	link->event = (struct loop_event){ store_link_on_event, link, -1 };
	link->timer.run = store_link_on_timer;
	link->timer.arg = link;
	link->flush.run = store_link_on_flush;
	link->flush.arg = link;
	store_socket_init(&link->socket);
	textbuf_init(&link->out);
	store_link_name(link);
	loop_timer_set(setup->loop, &link->timer, 0);
}

void
store_link_close(struct store_link *link)
{
	/* What the socket takes at once is not lost. */
	if (link->state == STORE_LINK_READY)
		store_link_write(link);
	loop_timer_stop(link->setup.loop, &link->timer);
	loop_task_stop(link->setup.loop, &link->flush);
	store_link_drop(link);
	textbuf_free(&link->socket.why);
}

bool
store_link_is_hopeful(const struct store_link *link)
{
	return link->failures == 0;
}

void
store_link_send(struct store_link *link)
{
	loop_defer(link->setup.loop, &link->flush);
}

size_t
store_link_unsent(const struct store_link *link)
{
	return link->out.size - link->out_sent;
}

void
store_link_praise(struct store_link *link)
{
	link->failures = 0;
}

void
store_link_doubt(struct store_link *link)
{
	if (link->failures == 0)
		link->failures = 1;
}

void
store_link_end(struct store_link *link, const char *why, int pause_ms)
{
	bool was_good = pause_ms == 0 && store_link_was_good(link);
	bool tries_next = link->state == STORE_LINK_CONNECTING &&
	    link->next_address < link->addresses;
	int delay_ms = 0;

	/* Who waits need not hear of an address while there is another. */
	if (!tries_next)
		store_link_say(link, why);
	if (was_good)
		delay_ms = (int)arc4random_uniform(STORE_AGAIN_MS);
	else if (!tries_next)
		delay_ms = store_link_delay_ms(link);
	if (!tries_next)
		link->failures = was_good ? 0 : link->failures + 1;
	store_link_drop(link);
	loop_timer_set(link->setup.loop, &link->timer,
	    delay_ms < pause_ms ? pause_ms : delay_ms);
	link->calls->gone(link->arg);
}

void
store_link_say(struct store_link *link, const char *what)
{
	int64_t now_ms = monotime_ms(), said_ms = *link->setup.said_ms;

	if ((said_ms == 0 || now_ms - said_ms >= STORE_SAY_MS) &&
	    atomic_compare_exchange_strong(
		link->setup.said_ms, &said_ms, now_ms))
		log_warnx("session store %s: %s", link->name, what);
}

static void
store_link_name(struct store_link *link)
{
	const struct store_uri *uri = link->setup.uri;

	snprintf(link->name, sizeof(link->name),
	    strchr(uri->host, ':') != NULL ? "[%s]%s%s" : "%s%s%s",
	    *uri->path != '\0' ? uri->path : uri->host,
	    *uri->path != '\0' ? "" : ":", uri->port);
}

static void
store_link_on_timer(void *arg)
{
	struct store_link *link = arg;

	switch (link->state) {
	case STORE_LINK_DOWN:
		if (link->next_address < link->addresses) {
			store_link_begin(link);
			break;
		}
		link->since_ms = monotime_ms();
		/* FALLTHROUGH */
	case STORE_LINK_FINDING:
		store_link_find(link);
		break;
	default:
		store_link_fail(link,
		    link->state == STORE_LINK_GREETING
			? "it does not answer"
			: "cannot connect in time");
	}
}

static void
store_link_find(struct store_link *link)
{
	struct textbuf why;
	int found = 1;

	link->state = STORE_LINK_FINDING;
	link->addresses = 0;
	link->next_address = 0;
	textbuf_init(&why);
	if (!store_link_find_path(link) && !store_link_find_address(link))
		found = link->setup.find(link->setup.find_arg, link->since_ms,
		    link->address, &link->addresses, &why);
	if (found == 1)
		store_link_begin(link);
	else if (found == -1)
		store_link_fail(link, why.data);
	else if (monotime_ms() - link->since_ms < STORE_ATTEMPT_MS)
		loop_timer_set(link->setup.loop, &link->timer, STORE_LOOK_MS);
	else
		store_link_fail(link, "the resolver does not answer");
	textbuf_free(&why);
}

static bool
store_link_find_path(struct store_link *link)
{
	struct sockaddr_un *address =
	    (struct sockaddr_un *)&link->address[0].address;

	if (*link->setup.uri->path == '\0')
		return false;
	address->sun_family = AF_UNIX;
	strlcpy(address->sun_path, link->setup.uri->path,
	    sizeof(address->sun_path));
	link->address[0].size = sizeof(*address);
	link->addresses = 1;
	return true;
}

/* Returns false if the host is a name. */
static bool
store_link_find_address(struct store_link *link)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM },
			*found;

	if (getaddrinfo(link->setup.uri->host, link->setup.uri->port, &hints,
		&found) != 0)
		return false;
	memcpy(&link->address[0].address, found->ai_addr, found->ai_addrlen);
	link->address[0].size = found->ai_addrlen;
	link->addresses = 1;
	freeaddrinfo(found);
	return true;
}

static void
store_link_begin(struct store_link *link)
{
	struct store_address *at = &link->address[link->next_address++];

	loop_timer_set(link->setup.loop, &link->timer,
	    STORE_ATTEMPT_MS > link->setup.timeout_ms ? STORE_ATTEMPT_MS
						      : link->setup.timeout_ms);
	link->state = STORE_LINK_CONNECTING;
	if (store_socket_open(&link->socket, (struct sockaddr *)&at->address,
		at->size, link->setup.tls, link->setup.uri->host) == -1) {
		store_link_fail(link, link->socket.why.data);
		return;
	}
	link->events = EPOLLIN | EPOLLOUT;
	if (loop_add(link->setup.loop, &link->event, link->socket.fd,
		link->events) == -1)
		store_link_fail(link, "cannot watch the socket");
}

static void
store_link_on_event(void *arg, uint32_t events)
{
	struct store_link *link = arg;

	if (link->state == STORE_LINK_CONNECTING)
		store_link_go_on(link);
	else if ((events & ~(uint32_t)EPOLLOUT) != 0 ||
	    link->socket.ssl != NULL)
		store_link_read(link);
	store_link_settle(link);
}

/* What was read may have closed the link, or brought more to write. */
static void
store_link_settle(struct store_link *link)
{
	if (link->state >= STORE_LINK_GREETING)
		store_link_write(link);
	if (link->state != STORE_LINK_DOWN)
		store_link_watch(link);
}

static void
store_link_go_on(struct store_link *link)
{
	int connected = store_socket_connect(&link->socket);

	if (connected == -1)
		store_link_fail(link, link->socket.why.data);
	else if (connected == 1)
		store_link_greet(link);
}

static void
store_link_greet(struct store_link *link)
{
	link->state = STORE_LINK_GREETING;
	link->wire = store_wire_open();
	store_greeting_begin(
	    &link->greeting, link->setup.uri, link->setup.password, &link->out);
}

/* What is left is read in the next turn. */
static void
store_link_read(struct store_link *link)
{
	char data[STORE_READ];
	ssize_t n = 1;
	int i;

	for (i = 0; i < STORE_READS && n > 0; i++) {
		n = store_socket_read(&link->socket, data, sizeof(data));
		if (n > 0) {
			store_wire_feed(link->wire, data, (size_t)n);
			store_link_take(link);
		}
		if (link->state == STORE_LINK_DOWN)
			return;
		if (n > 0 && (size_t)n < sizeof(data) &&
		    link->socket.ssl == NULL)
			return;
	}
	if (n == -1)
		store_link_fail(link, link->socket.why.data);
	else if (n > 0 && link->socket.ssl != NULL)
		store_link_send(link); /* libssl may hold more */
}

/* All replies that are whole. Each may be the reason to end the connection. */
static void
store_link_take(struct store_link *link)
{
	const struct store_reply *reply;
	int got;

	while ((got = store_wire_next(link->wire, &reply)) == 1) {
		if (link->state == STORE_LINK_GREETING)
			store_link_welcome(link, reply);
		else
			link->calls->reply(link->arg, reply);
		if (link->state == STORE_LINK_DOWN)
			return;
	}
	if (got == -1)
		store_link_end(link, "it answers garbage", STORE_PAUSE_MS);
}

static void
store_link_welcome(struct store_link *link, const struct store_reply *reply)
{
	struct textbuf why;
	int heard;

	textbuf_init(&why);
	heard = store_greeting_heard(&link->greeting, reply, &why);
	if (heard == -1) {
		store_link_fail(link, why.data);
	} else if (heard == 1) {
		loop_timer_stop(link->setup.loop, &link->timer);
		link->state = STORE_LINK_READY;
		link->ready_ms = monotime_ms();
		/* Until it has done something. */
		link->failures++;
		link->calls->ready(link->arg);
	}
	textbuf_free(&why);
}

static void
store_link_on_flush(void *arg)
{
	struct store_link *link = arg;

	if (link->state < STORE_LINK_GREETING)
		return;
	if (link->socket.ssl != NULL && SSL_has_pending(link->socket.ssl) == 1)
		store_link_read(link);
	if (store_link_lingers(link))
		loop_defer(link->setup.loop, &link->flush);
	else
		store_link_settle(link);
}

/*
 * A turn that has nothing more to ask is the last one: the loop does not sleep
 * while a task waits. Under load that halves the writes, and how often the
 * store is woken.
 */
static bool
store_link_lingers(struct store_link *link)
{
	size_t unsent = store_link_unsent(link);

	if (unsent > link->out_seen && link->lingers < STORE_LINGERS) {
		link->out_seen = unsent;
		link->lingers++;
		return true;
	}
	link->out_seen = 0;
	link->lingers = 0;
	return false;
}

static void
store_link_write(struct store_link *link)
{
	ssize_t n = 1;

	while (n > 0 && store_link_unsent(link) > 0) {
		n = store_socket_write(&link->socket,
		    link->out.data + link->out_sent, store_link_unsent(link));
		if (n > 0)
			link->out_sent += (size_t)n;
	}
	if (n == -1) {
		store_link_fail(link, link->socket.why.data);
	} else if (store_link_unsent(link) == 0) {
		textbuf_clear(&link->out);
		link->out_sent = 0;
	} else if (link->out_sent > link->out.size / 2) {
		textbuf_drop(&link->out, link->out_sent);
		link->out_sent = 0;
	}
}

static void
store_link_watch(struct store_link *link)
{
	bool writes =
	    link->socket.ssl != NULL || link->state == STORE_LINK_CONNECTING
	    ? link->socket.wants_write
	    : store_link_unsent(link) > 0;

	loop_watch(link->setup.loop, &link->event, &link->events,
	    writes ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void
store_link_fail(struct store_link *link, const char *why)
{
	store_link_end(link, why, 0);
}

/* Did the store do what was asked, or did it at least not end at once? */
static bool
store_link_was_good(const struct store_link *link)
{
	return link->state == STORE_LINK_READY &&
	    (link->failures == 0 ||
		monotime_ms() - link->ready_ms >= STORE_GOOD_MS);
}

static void
store_link_drop(struct store_link *link)
{
	link->state = STORE_LINK_DOWN;
	if (link->event.fd != -1)
		loop_forget(link->setup.loop, &link->event);
	store_socket_close(&link->socket);
	textbuf_clear(&link->socket.why);
	store_wire_close(link->wire);
	link->wire = NULL;
	textbuf_free(&link->out);
	link->out_sent = 0;
}

/* So that the workers of many hosts do not all come at the same time. */
static int
store_link_delay_ms(const struct store_link *link)
{
	unsigned doubled =
	    link->failures < STORE_DELAYS ? link->failures : STORE_DELAYS;
	unsigned delay_ms = (unsigned)STORE_DELAY_MS << doubled;

	return (int)(delay_ms / 2 + arc4random_uniform(delay_ms));
}
