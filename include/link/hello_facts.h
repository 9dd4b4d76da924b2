/*
 * What is kept of a connection's first ClientHello, as it was on the wire: for
 * the record of the connection, and to explain why its handshake failed. Other
 * connections may have the same facts (hello_kind.h), so these have nothing
 * that only one connection has. One allocation of some hundred bytes.
 */
#ifndef HELLO_FACTS_H
#define HELLO_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/client_hello.h"
#include "base/fingerprint.h"
#include "base/hello_names.h"

struct json;

/* A list is cut behind so many numbers. */
#define HELLO_FACTS_NUMBERS 256

struct hello_facts {
	unsigned users; /* for hello_kind.h */
	struct fingerprint fingerprint;
	uint16_t highest, lowest; /* versions; 0: none */
	bool names_versions; /* by supported_versions */
	bool datagrams;
	bool has_cookie; /* of DTLS */
	bool has_ticket; /* TLS 1.2: a ticket that is not empty */
	bool has_psk;
	bool has_srp;
	/* These point into data: */
	struct hello_span protocols; /* of ALPN: hello_next_protocol() */
	struct hello_span list[HELLO_LISTS];
	uint16_t numbers[HELLO_LISTS]; /* before the list was cut */
	uint16_t more_protocols; /* that were cut */
	uint8_t data[];
};

/* Returns facts with one user, or NULL if memory has run out. */
struct hello_facts *hello_facts_new(const struct client_hello *);
void hello_facts_free(struct hello_facts *);
/* Writes the members alpn_offered, ja3 and ja4. */
void hello_facts_json(const struct hello_facts *, struct json *);
/* -log_hello: writes the member hello with the lists. */
void hello_facts_lists_json(const struct hello_facts *, SSL *, struct json *);

#endif
