#include "link/witness.h"

#include <string.h>

#include "base/services.h"
#include "config/config.h"
#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/slab.h"
#include "link/hello_kind.h"
#include "link/link.h"

static void witness_on_message(void *, SSL *, const struct ssl_message *);
static void witness_hear_hello(struct witness *, const struct ssl_message *);
static void witness_note_name(struct witness *, const struct client_hello *);
static void witness_on_info(void *, const SSL *, int, int);
static void witness_note_alert(struct witness *, bool sent, int);

void
witness_open(const struct config *config)
{
	/* Only records have fingerprints. */
	if (config->log != NULL)
		fingerprint_open();
}

void
witness_close(void)
{
	fingerprint_close();
}

void
witness_attach(struct link *link)
{
	struct witness *witness;

	if (!config_watches_handshakes(link->services->config))
		return;
	if ((witness = slab_alloc(sizeof(*witness))) == NULL)
		fatalx("out of memory");
	*witness = (struct witness){
		.listener = { .message = witness_on_message, .arg = witness },
		.datagrams = link->dtls != NULL,
		.has_moments = link->services->config->log != NULL,
		.sent = WITNESS_NO_MESSAGE,
		.received = WITNESS_NO_MESSAGE,
		.alert_sent = WITNESS_NO_ALERT,
		.alert_received = WITNESS_NO_ALERT,
	};
	ssl_events_add(&link->shake.events, link->ssl, &witness->listener);
	link->shake.witness = witness;
	if (!witness->has_moments)
		return;
	link->outcome.moments = &witness->moments;
	session_maker_attach(&witness->moments.mark, link->ssl, link->services);
}

void
witness_end(struct link *link)
{
	struct witness *witness = link->shake.witness;

	if (witness == NULL)
		return;
	witness->ended = true;
	/* Only since TLS 1.3 there are messages then: KeyUpdate. */
	if (witness->has_moments && SSL_version(link->ssl) == TLS1_3_VERSION)
		return;
	/* libssl tells of states less often than of messages. */
	witness->listener.message = NULL;
	witness->listener.info = witness_on_info;
	ssl_events_changed(&link->shake.events, link->ssl);
}

void
witness_free(struct link *link)
{
	if (link->shake.witness == NULL)
		return;
	hello_kind_leave(link->shake.witness->facts);
	slab_free(link->shake.witness->server_name);
	slab_free(link->shake.witness->explanation);
	slab_free(link->shake.witness);
	link->shake.witness = NULL;
	link->outcome.moments = NULL;
}

void
hello_json(const struct link *link, struct json *json)
{
	const struct witness *witness = link->shake.witness;

	if (witness == NULL || witness->facts == NULL)
		return;
	json_string(json, "sni", witness->server_name);
	hello_facts_json(witness->facts, json);
	if (link->services->config->log_hello)
		hello_facts_lists_json(witness->facts, link->ssl, json);
}

/* libssl tells of a message when it is whole, and not yet read. */
static void
witness_on_message(void *arg, SSL *ssl, const struct ssl_message *message)
{
	struct witness *witness = arg;
	const uint8_t *data = message->data;

	(void)ssl;
	if (message->content_type == SSL3_RT_ALERT && message->size == 2)
		witness_note_alert(witness, message->is_write, data[1]);
	if (message->content_type != SSL3_RT_HANDSHAKE || message->size == 0)
		return;
	if (witness->has_moments)
		moments_hear(&witness->moments, message, witness->datagrams);
	if (witness->ended)
		return;
	if (message->is_write) {
		witness->sent = data[0];
		return;
	}
	witness->received = data[0];
	if (data[0] == SSL3_MT_CLIENT_HELLO)
		witness_hear_hello(witness, message);
}

/*
 * The first ClientHello counts. With DTLS that is the one that brings the
 * cookie: libssl may first be given one that the acceptor has made up.
 */
static void
witness_hear_hello(struct witness *witness, const struct ssl_message *message)
{
	struct client_hello hello;

	witness->hellos++;
	if (witness->facts != NULL &&
	    (!witness->datagrams || witness->facts->has_cookie))
		return;
	if (client_hello_parse(
		&hello, message->data, message->size, witness->datagrams) == -1)
		return;
	hello_kind_leave(witness->facts);
	if ((witness->facts = hello_kind_facts(&hello)) == NULL)
		fatalx("out of memory");
	witness_note_name(witness, &hello);
}

/* No byte of it is 0. */
static void
witness_note_name(struct witness *witness, const struct client_hello *hello)
{
	struct hello_span name;

	slab_free(witness->server_name);
	witness->server_name = NULL;
	if (!client_hello_server_name(hello, &name))
		return;
	if ((witness->server_name = slab_alloc(name.size + 1)) == NULL)
		fatalx("out of memory");
	memcpy(witness->server_name, name.at, name.size);
	witness->server_name[name.size] = '\0';
}

static void
witness_on_info(void *arg, const SSL *ssl, int where, int value)
{
	struct witness *witness = arg;

	(void)ssl;
	if (where & SSL_CB_ALERT)
		witness_note_alert(
		    witness, (where & SSL_CB_WRITE) != 0, value & 0xff);
}

static void
witness_note_alert(struct witness *witness, bool sent, int alert)
{
	if (sent)
		witness->alert_sent = alert;
	else
		witness->alert_received = alert;
}
