/*
 * The control socket as a source of the master: its clients, and the commands
 * that they have asked for. A client gets one answer after the other; while it
 * does not read one, no other is made for it.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <stdbool.h>

#include "master/control_call.h"
#include "master/control_client.h"
#include "master/sources.h"

struct control_socket;
struct master;

#define CONTROL_CLIENTS_MAX 64
/* Those of the clients, the socket, and one that is refused. */
#define CONTROL_DESCRIPTORS (CONTROL_CLIENTS_MAX + 2)

struct control_slot {
	struct control_client client;
	struct control_call call;
	bool answering; /* the call is being carried out */
};

struct control {
	struct control_socket *socket;
	struct master *master; /* whom the commands are for */
	int64_t pause_ms; /* no descriptor is left: accept again then */
	unsigned first; /* slot that is served first in the next turn */
	struct control_slot slot[CONTROL_CLIENTS_MAX];
};

void control_open(struct control *, struct control_socket *, struct master *);
/* Answer what is asked, as far as clients read, and close them. */
void control_close(struct control *);

/* Its self is the control; acts behind all that commands wait for. */
extern const struct source control_source;

#endif
