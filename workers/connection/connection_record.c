#include "connection/connection_record.h"

#include <string.h>

#include "base/services.h"
#include "connection/connection_state.h"
#include "connection/connections.h"
#include "foundation/json.h"
#include "foundation/monotime.h"
#include "link/explain.h"
#include "link/moments.h"
#include "link/witness.h"
#include "resumption/session_remote.h"
#include "shared/record_line.h"
#include "text/record_log.h"

static void connection_record_begin(
    struct connection *, struct card_copy *, struct json *, const char *);
static void
connection_record_copy(const struct connection *, struct card_copy *);
static void connection_record_link(
    const struct connection *, const struct card_copy *, struct json *);
static void connection_record_maker(const struct link *, struct json *);
static void
connection_record_store(const struct session_remote *, struct json *);
static void connection_record_moments(const struct connection *, struct json *);
static void connection_record_moment(
    const struct connection *, struct json *, const char *, int64_t);
static void connection_record_write(const struct connection *, struct json *);

void
connection_record_open(struct connection *connection)
{
	const struct services *services = connection->services;
	struct card_copy card;
	struct json json;

	if (services->record_log == NULL ||
	    (services->config->log_events & LOG_ACCEPTED) == 0)
		return;
	connection_record_begin(connection, &card, &json, "accepted");
	connection_record_write(connection, &json);
}

void
connection_record_handshake(struct connection *connection)
{
	const struct services *services = connection->services;
	struct card_copy card;
	struct json json;

	if (services->record_log == NULL ||
	    (services->config->log_events & LOG_HANDSHAKE) == 0)
		return;
	connection_record_begin(connection, &card, &json, "handshake");
	connection_record_link(connection, &card, &json);
	connection_record_write(connection, &json);
}

void
connection_record_end(struct connection *connection)
{
	const struct services *services = connection->services;
	struct outcome *outcome = &connection->link.outcome;
	struct card_copy card;
	struct json json;

	if (services->record_log != NULL &&
	    (services->config->log_events & LOG_CONNECTION) != 0) {
		connection_record_begin(connection, &card, &json, "connection");
		connection_record_link(connection, &card, &json);
		connection_record_moments(connection, &json);
		record_end(&json, &card, (enum card_end)card.facts.end);
		connection_record_write(connection, &json);
	}
	if (outcome->card != NULL)
		card_leave(outcome->cards, outcome->card);
}

static void
connection_record_begin(struct connection *connection, struct card_copy *card,
    struct json *json, const char *event)
{
	const struct services *services = connection->services;

	record_begin(json, record_log_begin(services->record_log), event,
	    services->config->label_host);
	connection_record_copy(connection, card);
	record_parties(json, card, services->number, services->config->dtls);
}

/* Also for a connection that has no card. */
static void
connection_record_copy(
    const struct connection *connection, struct card_copy *card)
{
	const struct link *link = &connection->link;
	const struct outcome *outcome = &link->outcome;

	memset(card, 0, sizeof(*card));
	card->number = connection->number;
	card->facts = outcome_facts(outcome);
	card->took_us = (uint64_t)outcome->took_us;
	card->socket_in = link->transport.read_bytes;
	card->socket_out = link->transport.written_bytes;
	card->data_in = outcome->data_in;
	card->data_out = outcome->data_out;
	card_address(&card->peer, &connection->peer);
	if (outcome->card != NULL) {
		card->local = outcome->card->local;
		card->accepted_us = outcome->card->accepted_us;
	} else {
		card->local.family = AF_UNIX;
		card->accepted_us =
		    walltime_us() - monotime_us() + outcome->accepted_us;
	}
}

static void
connection_record_link(const struct connection *connection,
    const struct card_copy *card, struct json *json)
{
	const struct link *link = &connection->link;

	hello_json(link, json);
	record_handshake(json, card);
	if (explanation_of(link) != NULL)
		explanation_json(explanation_of(link), json);
	if (link->outcome.early_bytes > 0)
		json_number(
		    json, "early_data_bytes", link->outcome.early_bytes);
	if (link->shake.resumption.remote != NULL)
		connection_record_store(link->shake.resumption.remote, json);
	/* A renegotiation may resume the session of its own connection. */
	if (card->facts.finished && card->facts.kind != STATS_FULL &&
	    link->outcome.moments != NULL)
		connection_record_maker(link, json);
	if (card->facts.finished)
		link_record(link, &connection->all->certificates, json);
}

/* Who made the session that was resumed, on whatever host. */
static void
connection_record_maker(const struct link *link, struct json *json)
{
	const struct session_maker *maker =
	    session_maker_of(&link->outcome.moments->mark, link->ssl);

	if (maker == NULL)
		return;
	json_open(json, "made_by", '{');
	if (maker->host[0] != '\0')
		json_string(json, "host", maker->host);
	json_number(json, "worker", maker->worker);
	json_close(json, '}');
}

/* What came of the last question for a session. */
static void
connection_record_store(const struct session_remote *remote, struct json *json)
{
	static const char *const words[] = {
		[STORE_FOUND] = "hit",
		[STORE_MISSED] = "miss",
		[STORE_FAILED] = "failed",
	};
	const struct store_ask *ask = &remote->ask;

	if (!ask->is_answered)
		return;
	json_string(json, "store", words[ask->verdict]);
	json_integer(json, "store_us", ask->took_us);
}

static void
connection_record_moments(
    const struct connection *connection, struct json *json)
{
	const struct moments *moments = connection->link.outcome.moments;

	if (moments == NULL)
		return;
	if (moments->hello_retry)
		json_true(json, "hello_retry_request");
	if (moments->key_updates_in > 0)
		json_number(json, "key_updates_in", moments->key_updates_in);
	if (moments->key_updates_out > 0)
		json_number(json, "key_updates_out", moments->key_updates_out);
	connection_record_moment(
	    connection, json, "first_byte_us", moments->first_byte_us);
	connection_record_moment(
	    connection, json, "hello_us", moments->hello_us);
	connection_record_moment(
	    connection, json, "first_data_us", moments->first_data_us);
	connection_record_moment(
	    connection, json, "last_data_us", moments->last_data_us);
	connection_record_moment(connection, json, "end_us", monotime_us());
}

/* Since the connection was accepted. */
static void
connection_record_moment(const struct connection *connection, struct json *json,
    const char *key, int64_t at_us)
{
	if (at_us != 0)
		json_integer(
		    json, key, at_us - connection->link.outcome.accepted_us);
}

static void
connection_record_write(const struct connection *connection, struct json *json)
{
	json_end(json);
	record_log_add(connection->services->record_log);
}
