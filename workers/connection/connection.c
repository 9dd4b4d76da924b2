#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/services.h"
#include "connection/connection_state.h"
#include "connection/dtls_place.h"
#include "foundation/address.h"
#include "foundation/log.h"

/* How long a connection is held for the master's message. */
#define CONNECTION_HELD_MS 50
/* The limit of a DTLS handshake without -handshake_timeout. */
#define CONNECTION_DTLS_HANDSHAKE_MS INT64_C(600000)

static int64_t connection_handshake_left_ms(struct connection *);

void
connection_enter(struct connection *connection)
{
	outlets_enter(connection->services->outlets, &connection->speaker);
}

void
connection_leave(const struct services *services)
{
	outlets_enter(services->outlets, NULL);
}

void
connection_resume(struct connection *connection)
{
	loop_defer(connection->services->loop, &connection->again);
}

void
connection_go_on(struct connection *connection)
{
	connection->again.run(connection->again.arg);
}

void
connection_set_state(struct connection *connection, enum connection_state state)
{
	const struct config *config = connection->services->config;
	struct loop *loop = connection->services->loop;
	int64_t delay_ms = 0;

	switch (state) {
	case CONNECTION_HELD:
		delay_ms = CONNECTION_HELD_MS;
		break;
	case CONNECTION_HANDSHAKE:
		delay_ms = connection_handshake_left_ms(connection);
		break;
	case CONNECTION_OPEN:
	case CONNECTION_FLUSH:
		delay_ms = config->idle_timeout_s * INT64_C(1000);
		break;
	case CONNECTION_SHUTDOWN:
		delay_ms = *connection->services->quitting
		    ? CONNECTION_LINGER_QUIT_MS
		    : CONNECTION_LINGER_MS;
		connection->shutdown_ms = loop->now_ms;
		break;
	case CONNECTION_CLOSED:
		if (connection->link.shake.async.paused)
			delay_ms = CONNECTION_LINGER_TOTAL_MS;
		break;
	}
	connection->state = state;
	/* In the other states little is lost if a refusal was forged. */
	connection->link.transport.hints_only =
	    state == CONNECTION_OPEN || state == CONNECTION_FLUSH;
	if (state > CONNECTION_HANDSHAKE && connection->dtls != NULL)
		dtls_place_leave(connection);
	loop_timer_stop(loop, &connection->timer);
	if (delay_ms != 0)
		loop_timer_set(loop, &connection->timer, delay_ms);
}

void
connection_make_label(struct connection *connection)
{
	char host[CONNECTION_HOST_SIZE], peer[NI_MAXHOST + NI_MAXSERV + 8];

	snprintf(connection->speaker.tag, sizeof(connection->speaker.tag),
	    "[%ju] ", (uintmax_t)connection->number);
	connection_describe(connection, peer, sizeof(peer));
	connection_describe_host(connection, host, sizeof(host));
	if (asprintf(&connection->label, "%sworker %u connection %ju from %s",
		host, connection->services->number,
		(uintmax_t)connection->number, peer) == -1)
		fatalx("out of memory");
}

void
connection_describe(
    const struct connection *connection, char *name, size_t size)
{
	if (connection->peer.ss_family == AF_UNIX)
		strlcpy(name, "a local socket", size);
	else if (!address_write(
		     &connection->peer, connection->peer_size, name, size))
		strlcpy(name, "an unknown address", size);
}

void
connection_describe_host(
    const struct connection *connection, char *words, size_t size)
{
	const char *name = connection->services->config->label_host;

	*words = '\0';
	if (name != NULL)
		snprintf(words, size, "host %s ", name);
}

/*
 * Returns the rest of the time for the handshake; 0: no limit. The state may
 * begin twice, before and after early data. The end of a DTLS peer cannot be
 * seen, so DTLS always has a limit, longer than libssl retransmits.
 */
static int64_t
connection_handshake_left_ms(struct connection *connection)
{
	int64_t limit_ms =
	    connection->services->config->handshake_timeout_s * INT64_C(1000);
	int64_t now_ms = connection->services->loop->now_ms, left_ms;

	if (limit_ms == 0 && connection->dtls != NULL)
		limit_ms = CONNECTION_DTLS_HANDSHAKE_MS;
	if (limit_ms == 0)
		return 0;
	if (connection->handshake_end_ms == 0)
		connection->handshake_end_ms = now_ms + limit_ms;
	left_ms = connection->handshake_end_ms - now_ms;
	return left_ms > 0 ? left_ms : 1;
}
