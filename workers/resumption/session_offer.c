#include <string.h>

#include "resumption/session_offer.h"
#include "tls/base/openssl_compat.h"

#define MODE_PSK_KE	0 /* RFC 8446, section 4.2.9 */
#define MODE_PSK_DHE_KE 1
/* libssl makes no tickets at this security level. */
#define LEVEL_WITHOUT_TICKETS 3

static struct hello_span offer_extension(SSL *, unsigned);
static bool rules_have_tls13(SSL *, bool);
static bool rules_have_certificate(SSL *);
static bool
offer_is_tls13(const struct session_offer *, const struct session_rules *);
static bool
offer_has_mode(const struct session_offer *, const struct session_rules *);
static bool offer_psk(const struct session_offer *,
    const struct session_rules *, struct session_key *);
static bool key_set(struct session_key *, struct hello_span, bool);

bool
session_offer_of_ssl(struct session_offer *offer, SSL *ssl, bool datagrams)
{
	const unsigned char *id;
	size_t size = SSL_client_hello_get0_session_id(ssl, &id);

	if (compat_hello_is_v2(ssl))
		return false;
	*offer = (struct session_offer){
		.datagrams = datagrams,
		.version = (uint16_t)SSL_client_hello_get0_legacy_version(ssl),
		.session_id = { id, size },
		.versions = offer_extension(ssl, HELLO_SUPPORTED_VERSIONS),
		.ticket = offer_extension(ssl, HELLO_SESSION_TICKET),
		.modes = offer_extension(ssl, HELLO_PSK_KEY_EXCHANGE_MODES),
		.psks = offer_extension(ssl, HELLO_PRE_SHARED_KEY),
	};
	return true;
}

static struct hello_span
offer_extension(SSL *ssl, unsigned type)
{
	struct hello_span data = { NULL, 0 };

	if (SSL_client_hello_get0_ext(ssl, type, &data.at, &data.size) != 1)
		return (struct hello_span){ NULL, 0 };
	return data;
}

void
session_offer_of_hello(
    struct session_offer *offer, const struct client_hello *hello)
{
	*offer = (struct session_offer){
		.datagrams = hello->datagrams,
		.version = hello->version,
		.session_id = hello->session_id,
	};
	/* What is not there leaves its span as it is. */
	client_hello_find(hello, HELLO_SUPPORTED_VERSIONS, &offer->versions);
	client_hello_find(hello, HELLO_SESSION_TICKET, &offer->ticket);
	client_hello_find(hello, HELLO_PSK_KEY_EXCHANGE_MODES, &offer->modes);
	client_hello_find(hello, HELLO_PRE_SHARED_KEY, &offer->psks);
}

void
session_rules_read(struct session_rules *rules, SSL *ssl, bool sure13)
{
	uint64_t options = SSL_get_options(ssl);
	bool is_renegotiation = SSL_get_finished(ssl, NULL, 0) > 0;

	rules->never = is_renegotiation &&
	    (options & SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION) != 0;
	rules->tls13 = rules_have_tls13(ssl, sure13);
	rules->tickets12 = (options & SSL_OP_NO_TICKET) == 0 &&
	    SSL_get_security_level(ssl) < LEVEL_WITHOUT_TICKETS;
	rules->single_use13 = SSL_get_max_early_data(ssl) > 0 &&
	    (options & SSL_OP_NO_ANTI_REPLAY) == 0;
	rules->stateful13 =
	    rules->single_use13 || (options & SSL_OP_NO_TICKET) != 0;
	rules->no_dhe = (options & SSL_OP_ALLOW_NO_DHE_KEX) != 0;
}

static bool
rules_have_tls13(SSL *ssl, bool sure13)
{
	long least = SSL_get_min_proto_version(ssl);
	long most = SSL_get_max_proto_version(ssl);

	return (most == 0 || most >= TLS1_3_VERSION) &&
	    least <= TLS1_3_VERSION &&
	    (SSL_get_options(ssl) & SSL_OP_NO_TLSv1_3) == 0 &&
	    (sure13 || rules_have_certificate(ssl));
}

/* TLS 1.3 knows no DSA. A key without a certificate is a raw public key. */
static bool
rules_have_certificate(SSL *ssl)
{
	X509 *current = SSL_get_certificate(ssl);
	bool found = current == NULL && SSL_get_privatekey(ssl) != NULL;
	long more = SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST);

	while (!found && more == 1) {
		found = EVP_PKEY_get_base_id(X509_get0_pubkey(
			    SSL_get_certificate(ssl))) != EVP_PKEY_DSA;
		more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT);
	}
	if (current != NULL)
		SSL_select_current_cert(ssl, current);
	return found;
}

bool
session_offer_key(const struct session_offer *offer,
    const struct session_rules *rules, struct session_key *key)
{
	if (rules->never)
		return false;
	if (offer_is_tls13(offer, rules))
		return offer_psk(offer, rules, key);
	if (rules->tickets12 && offer->version > SSL3_VERSION &&
	    offer->ticket.size > 0)
		return false;
	return key_set(key, offer->session_id, false);
}

/* There is no TLS 1.3 without that extension. */
static bool
offer_is_tls13(
    const struct session_offer *offer, const struct session_rules *rules)
{
	struct hello_span list;

	return rules->tls13 && !offer->datagrams &&
	    hello_list_of(offer->versions, &list) &&
	    hello_has_number(list, TLS1_3_VERSION);
}

static bool
offer_has_mode(
    const struct session_offer *offer, const struct session_rules *rules)
{
	struct hello_span modes;

	return hello_bytes_of(offer->modes, &modes) &&
	    (memchr(modes.at, MODE_PSK_DHE_KE, modes.size) != NULL ||
		(rules->no_dhe &&
		    memchr(modes.at, MODE_PSK_KE, modes.size) != NULL));
}

/* libssl passes by what has another size than a session ID. */
static bool
offer_psk(const struct session_offer *offer, const struct session_rules *rules,
    struct session_key *key)
{
	struct hello_psks rest;
	struct hello_psk psk;

	if (!rules->stateful13 || !offer_has_mode(offer, rules) ||
	    !hello_psks_of(offer->psks, &rest))
		return false;
	while (hello_next_psk(&rest, &psk)) {
		if (rules->psk.at != NULL &&
		    rules->psk.size == psk.identity.size &&
		    memcmp(rules->psk.at, psk.identity.at, rules->psk.size) ==
			0)
			return false;
		if (psk.identity.size == SSL_MAX_SSL_SESSION_ID_LENGTH)
			return key_set(key, psk.identity, rules->single_use13);
	}
	return false;
}

static bool
key_set(struct session_key *key, struct hello_span id, bool single_use)
{
	if (id.size == 0 || id.size > sizeof(key->id))
		return false;
	memcpy(key->id, id.at, id.size);
	key->size = id.size;
	key->single_use = single_use;
	return true;
}
