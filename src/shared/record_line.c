#include "shared/record_line.h"

#include <arpa/inet.h>

#include <string.h>

#include "foundation/address.h"
#include "foundation/decimal.h"
#include "foundation/json.h"
#include "foundation/monotime.h"
#include "shared/stats_names.h"

/* Bytes of "[" address "%" scope "]:65535". */
#define RECORD_ADDRESS (INET6_ADDRSTRLEN + 32)

static void
record_address(struct json *, const char *, const union card_address *);
static char *record_ipv6(char *, const struct in6_addr *);
static char *record_ipv4(char *, const uint8_t *);
static void record_address_with_scope(
    struct json *, const char *, const union card_address *);

void
record_begin(struct json *json, struct textbuf *text, const char *event,
    const char *host)
{
	json_begin(json, text);
	json_string(json, "event", event);
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
	json_string(json, "transport",
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

	json_string(json, "handshake",
	    facts->finished	      ? "finished"
		: facts->failure != 0 ? "failed"
				      : "unfinished");
	if (facts->failure != 0)
		json_string(
		    json, "failed_by", stats_failure_name(facts->failure));
	if (facts->finished && facts->version < STATS_VERSIONS)
		json_string(
		    json, "protocol", stats_version_name(facts->version));
	if (facts->finished && sort < STATS_SORTS)
		json_string(json, "kind", stats_sort_name(sort));
	if (facts->finished)
		json_number(json, "handshake_us", card->took_us);
	if (facts->early_accepted || facts->early_rejected)
		json_string(json, "early_data",
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
	json_string(json, "end", card_end_name(end));
}

static void
record_address(
    struct json *json, const char *key, const union card_address *address)
{
	char text[RECORD_ADDRESS], *next = text;
	bool ipv6 = address->family == AF_INET6;

	if (address->family == AF_UNIX)
		return;
	if (ipv6 && address->in6.sin6_scope_id != 0) {
		record_address_with_scope(json, key, address);
		return;
	}
	if (ipv6)
		next = record_ipv6(next, &address->in6.sin6_addr);
	else
		next =
		    record_ipv4(next, (const uint8_t *)&address->in.sin_addr);
	*next++ = ':';
	next = decimal_write(
	    next, ntohs(ipv6 ? address->in6.sin6_port : address->in.sin_port));
	json_bytes(json, key, text, (size_t)(next - text));
}

/* Returns the end, as the next two. */
static char *
record_ipv6(char *text, const struct in6_addr *address)
{
	char host[INET6_ADDRSTRLEN];

	*text++ = '[';
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		text = stpcpy(text, "::ffff:");
		text = record_ipv4(text, &address->s6_addr[12]);
	} else if (inet_ntop(AF_INET6, address, host, sizeof(host)) != NULL) {
		text = stpcpy(text, host);
	}
	*text++ = ']';
	return text;
}

/* What inet_ntop(3) does costs ten times as much. */
static char *
record_ipv4(char *text, const uint8_t *address)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			*text++ = '.';
		text = decimal_write(text, address[i]);
	}
	return text;
}

/* Slower, because the interface is looked up. */
static void
record_address_with_scope(
    struct json *json, const char *key, const union card_address *address)
{
	struct sockaddr_storage storage = { .ss_family = AF_INET6 };
	char text[128];

	*(struct sockaddr_in6 *)&storage = address->in6;
	if (address_write(&storage, sizeof(address->in6), text, sizeof(text)))
		json_string(json, key, text);
}
