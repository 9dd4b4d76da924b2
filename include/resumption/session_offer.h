/*
 * Which session a ClientHello asks for by its key. libssl looks for the session
 * in the midst of its work and cannot wait there. So whoever has to wait for a
 * session must know before libssl does which one that will be.
 *
 * A key is the session ID of TLS 1.2 or older, or the identity of a stateful
 * ticket of TLS 1.3. If a client offers several of these, the first one counts.
 */
#ifndef SESSION_OFFER_H
#define SESSION_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/client_hello.h"
#include "store/store.h"

/* What a ClientHello has for that. The spans point into it; size 0: nothing. */
struct session_offer {
	bool datagrams;
	uint16_t version; /* legacy_version */
	struct hello_span session_id;
	/* The data of extensions: */
	struct hello_span versions, ticket, modes, psks;
};

/* What the server allows, as libssl sees it. */
struct session_rules {
	bool never; /* no session at all */
	bool tls13; /* the version may be negotiated */
	bool tickets12; /* up to TLS 1.2: a ticket goes before an ID */
	bool stateful13; /* tickets of TLS 1.3 are keys */
	bool single_use13; /* and may be used once */
	bool no_dhe; /* also psk_ke */
	struct hello_span psk; /* the identity of -psk; at NULL: none */
};

struct session_key {
	uint8_t id[STORE_ID_MAX];
	size_t size;
	bool single_use;
};

/*
 * The hello that libssl is just reading, within SSL_CTX_set_client_hello_cb(3).
 * Returns false if it is one without extensions, in the form of SSL 2.0.
 */
bool session_offer_of_ssl(struct session_offer *, SSL *, bool datagrams);
void
session_offer_of_hello(struct session_offer *, const struct client_hello *);
/*
 * sure13: libssl does not look at the certificates to know whether TLS 1.3 is
 * possible. psk is left as it is.
 */
void session_rules_read(struct session_rules *, SSL *, bool sure13);
/* Returns false if libssl will look for no session. */
bool session_offer_key(const struct session_offer *,
    const struct session_rules *, struct session_key *);

#endif
