/*
 * The options of the load client; constant after settings_parse.
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
	RESUME_EARLY, /* TLS 1.3, with early data */
};

enum settings_speech {
	SPEECH_TLS,
	SPEECH_SILENT, /* connect, but send nothing */
	SPEECH_HALF_HELLO, /* send the first half of a ClientHello */
};

struct settings {
	struct value_address server;
	struct value_address source;
	unsigned sources; /* number of own addresses in turn, from source on */
	unsigned connections;
	unsigned parallel; /* most connections at once that are not held yet */
	enum settings_resume resume;
	enum settings_speech speech;
	bool dtls;
	int version; /* 0: the server's choice */
	unsigned mtu; /* 0: the kernel's value */
	unsigned timer_ms; /* first retransmission; 0: libssl's time */
	unsigned give_up_ms; /* for one connection; 0: no such limit */
	/* NULL: not given */
	const char *cipher;
	const char *ciphersuites; /* for TLS 1.3 */
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
	char *send; /* NULL: send nothing */
	size_t send_size;
	unsigned bulk_size; /* sent instead of send; 0: none */
	char *expect; /* NULL: wait for no answer */
	size_t expect_size;
	bool read_to_end; /* the answer ends when the server closes */
	bool warm_up;
	bool sequential;
	bool at_once; /* resume while the first connection closes */
	bool retry;
	bool status; /* a connection without a stapled response fails */
	unsigned timeout_s;
	unsigned duration_s; /* 0: end after the number of connections */
};

/* Returns 0, or -1 (reported). */
int settings_parse(struct settings *, int argc, char **argv);
void settings_free(struct settings *);

#endif
