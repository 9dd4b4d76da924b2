/*
 * Who needs to know afterwards how a handshake went has a witness in each link:
 * it keeps what the first ClientHello offered, and which messages and alerts
 * went both ways. Nobody needs it without options such as -log
 * (config_watches_handshakes); then a link has none.
 */
#ifndef WITNESS_H
#define WITNESS_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include "link/hello_facts.h"
#include "link/moments.h"
#include "text/ssl_events.h"

struct config;
struct explanation;
struct json;
struct link;

#define WITNESS_NO_MESSAGE 255
#define WITNESS_NO_ALERT   (-1)

struct witness {
	struct ssl_listener listener;
	bool datagrams;
	bool has_moments; /* -log */
	bool ended; /* the first handshake is over */
	/* Of hello_kind.h; NULL: no ClientHello came, or a bad one. */
	struct hello_facts *facts;
	char *server_name; /* owned; NULL: the ClientHello has none */
	unsigned hellos; /* ClientHellos of the first handshake */
	/* Types of the last messages, or WITNESS_NO_MESSAGE */
	uint8_t sent, received;
	int alert_sent, alert_received; /* the last ones, or WITNESS_NO_ALERT */
	struct explanation *explanation; /* owned: see explain.h; or NULL */
	struct moments moments; /* if it has them; else all zero */
};

/* Called by the master, before the fork. */
void witness_open(const struct config *);
void witness_close(void);
/*
 * Called for a new SSL. Sets link->shake.witness, if one is needed, and with
 * -log its part of link->outcome.
 */
void witness_attach(struct link *);
/* The first handshake is finished: from now on few messages matter. */
void witness_end(struct link *);
void witness_free(struct link *);

/*
 * Write what the client offered: the members sni, alpn_offered, ja3, ja4, and
 * with -log_hello the member hello. Writes nothing if the link has no witness,
 * or if no ClientHello has come.
 */
void hello_json(const struct link *, struct json *);

#endif
