/*
 * With -log: who made a session, host and worker, in the session itself, so
 * that the record of a resumption can tell it. libssl calls this ticket
 * application data; a session of the cache has it as well.
 */
#ifndef SESSION_MAKER_H
#define SESSION_MAKER_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct services;

/* Bytes of the host's name with its NUL; a longer -label_host is cut. */
#define SESSION_MAKER_HOST 60

struct session_maker {
	bool known; /* a session was resumed, and tells who made it */
	unsigned worker;
	char host[SESSION_MAKER_HOST]; /* "": it has no label */
};

/* Part of a link; all zero, or all its callbacks do nothing. */
struct session_mark {
	const struct services *services;
	struct session_maker resumed; /* of the session that was resumed */
};

/* Called by the master, before the fork. */
void session_maker_install(SSL_CTX *);
/* Called by a worker, for a new SSL. */
void
session_maker_attach(struct session_mark *, SSL *, const struct services *);
/* The session is new, and not in a ticket: let it tell who makes it. */
void session_maker_mark(SSL *, SSL_SESSION *);
/*
 * The handshake is over. Returns who made the session that was resumed, or
 * NULL if there was none or it does not tell.
 */
const struct session_maker *session_maker_of(struct session_mark *, SSL *);

#endif
