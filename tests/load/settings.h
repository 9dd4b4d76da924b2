/*
 * What the load client was asked to do. Constant after settings_parse.
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "echo.h"
#include "values.h"

enum settings_resume {
	RESUME_NONE,
	RESUME_ID, /* TLS 1.2, session ID */
	RESUME_TICKET, /* TLS 1.2, ticket */
	RESUME_TLS13, /* TLS 1.3, stateless ticket */
	RESUME_STATEFUL, /* TLS 1.3, a ticket that only names a session */
	RESUME_EARLY, /* TLS 1.3, and early data comes with it */
};

enum settings_speech {
	SPEECH_TLS,
	SPEECH_SILENT, /* connect, then not a byte */
	SPEECH_HALF_HELLO, /* the first half of a ClientHello */
};

struct settings {
	struct value_address server;
	struct value_address source;
	unsigned sources; /* addresses to come from in turn, from source on */
	unsigned connections;
	unsigned parallel; /* connections that are not held yet, at most */
	enum settings_resume resume;
	enum settings_speech speech;
	bool dtls;
	int version; /* 0: whatever the server prefers */
	unsigned mtu; /* 0: what the kernel says */
	unsigned timer_ms; /* of the first retransmission; 0: libssl's */
	unsigned give_up_ms; /* of one connection; 0: with all the rest */
	const char *cipher; /* NULL, as all of these: not asked for */
	const char *ciphersuites; /* of TLS 1.3 */
	const char *groups;
	const char *psk;
	const char *cert;
	const char *key;
	const char *servername;
	const char *alpn;
	struct echo_settings echo;
	bool hold;
	bool hold_until_eof;
	unsigned hold_s;
	char *send; /* NULL: nothing */
	size_t send_size;
	unsigned bulk_size; /* in its place; 0: none */
	char *expect; /* NULL: no answer is awaited */
	size_t expect_size;
	bool read_to_end; /* the answer is over when the server closes */
	bool warm_up;
	bool sequential;
	bool at_once; /* resume while the first connection closes */
	bool retry;
	bool status; /* staple, or it has failed */
	unsigned timeout_s;
	unsigned duration_s; /* 0: make so many connections and end */
};

/* -1: reported. */
int settings_parse(struct settings *, int argc, char **argv);
void settings_free(struct settings *);

#endif
