/*
 * The parts of explain.c, for it only: each knows one kind of failures. A part
 * returns false if the failure is not of its kind; otherwise it has said the
 * hint, and perhaps set the key.
 */
#ifndef EXPLAIN_PARTS_H
#define EXPLAIN_PARTS_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include "foundation/textbuf.h"
#include "link/witness.h"
#include "shared/stats.h"

struct config;
struct link;

/* A failure that is being explained. */
struct failing {
	const struct link *link;
	const struct config *config;
	SSL *ssl;
	const struct witness *witness;
	const struct hello_facts *facts; /* NULL: none */
	enum stats_counter why;
	unsigned long error; /* the library's; 0: none */
	int reason; /* SSL_R_...; 0: none */
	struct textbuf hint;
	const char *key; /* NULL: made of alert or reason */
};

#define explain_say(failing, ...) textbuf_printf(&(failing)->hint, __VA_ARGS__)

/* Our deadline, or the end of the server. */
bool explain_deadline(struct failing *);
/* The peer does not speak TLS. */
bool explain_stranger(struct failing *);
/* The peer sent an alert. */
bool explain_alert(struct failing *);
/* The client's certificate is not good. */
bool explain_certificate(struct failing *);
/* Client and server have no version, cipher suite and so on in common. */
bool explain_offer(struct failing *);
/* Further reasons of libssl. */
bool explain_reason(struct failing *);
/* The peer has gone. */
bool explain_gone(struct failing *);

/* Returns true if a key exchange, by its NID, takes a pre-shared key. */
bool explain_is_psk(int);

#endif
