#include "shared/record_line.h"

#include <string.h>

#include "foundation/address.h"
#include "foundation/json.h"
#include "foundation/monotime.h"
#include "shared/stats_names.h"

static void
record_address(struct json *, const char *, const union card_address *);

void
record_begin(struct json *json, struct textbuf *text, const char *event,
    const char *host)
{
	json_begin(json, text);
	json_word(json, "event", event);
	json_number(json, "version", RECORD_VERSION);
	json_time(json, "time", walltime_us());
	json_string(json, "host", host);
}

void
record_parties(struct json *json, const struct card_copy *card, unsigned worker,
    bool datagrams)
{
	bool unix_socket = card->peer.family == AF_UNIX;

	json_number(json, "worker", worker);
	json_number(json, "connection", card->number);
	json_word(json, "transport",
	    unix_socket	    ? "unix"
		: datagrams ? "udp"
			    : "tcp");
	record_address(json, "peer", &card->peer);
	record_address(json, "local", &card->local);
	json_time(json, "accepted", card->accepted_us);
}

void
record_handshake(struct json *json, const struct card_copy *card)
{
	const struct card_facts *facts = &card->facts;
	unsigned sort = stats_sort(facts->version, facts->kind);

	json_word(json, "handshake",
	    facts->finished	      ? "finished"
		: facts->failure != 0 ? "failed"
				      : "unfinished");
	if (facts->failure != 0)
		json_word(
		    json, "failed_by", stats_failure_name(facts->failure));
	if (facts->finished && facts->version < STATS_VERSIONS)
		json_word(json, "protocol", stats_version_name(facts->version));
	if (facts->finished && sort < STATS_SORTS)
		json_word(json, "kind", stats_sort_name(sort));
	if (facts->finished)
		json_number(json, "handshake_us", card->took_us);
	if (facts->early_accepted || facts->early_rejected)
		json_word(json, "early_data",
		    facts->early_accepted ? "accepted" : "rejected");
	if (facts->renegotiations > 0)
		json_number(json, "renegotiations", facts->renegotiations);
}

void
record_end(struct json *json, const struct card_copy *card, enum card_end end)
{
	json_number(json, "socket_in", card->socket_in);
	json_number(json, "socket_out", card->socket_out);
	json_number(json, "data_in", card->data_in);
	json_number(json, "data_out", card->data_out);
	json_word(json, "end", card_end_name(end));
}

static void
record_address(
    struct json *json, const char *key, const union card_address *address)
{
	struct sockaddr_storage storage;
	char text[ADDRESS_TEXT_MAX];

	memcpy(&storage, address, sizeof(*address));
	if (address_write(&storage, sizeof(*address), text, sizeof(text)))
		json_string(json, key, text);
}
