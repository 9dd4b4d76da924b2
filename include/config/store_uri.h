/*
 * The URI of -session_store, which names a Redis or Valkey server:
 *
 *	redis://[user@]host[:port][/database]		TCP
 *	rediss://[user@]host[:port][/database]		TLS
 *	redis+unix://[user@]/path[?db=database]		a UNIX socket
 *
 * "%" and two hexadecimal digits are a byte of the user or of the path. A
 * password is refused: others on the machine see the command line.
 */
#ifndef STORE_URI_H
#define STORE_URI_H

#include <stdbool.h>

struct store_uri {
	bool use_tls;
	/* Empty: not given. */
	char path[108]; /* of a UNIX socket: as long as the kernel takes */
	char user[128];
	char host[256]; /* a name or an address, without its brackets */
	char port[6]; /* a number; with a host never empty */
	char database[11]; /* a number; never empty */
};

/* Returns NULL, or why this is no such URI, without any of its words. */
const char *store_uri_parse(struct store_uri *, const char *text);
/* Returns true if the host has to be looked up. */
bool store_uri_has_name(const struct store_uri *);

#endif
