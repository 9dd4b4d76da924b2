/*
 * All connections of a worker. The acceptor brings arrivals, which become
 * connections here.
 */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "accept/acceptor.h"
#include "connection/connection_state.h"
#include "link/link_record.h"

TAILQ_HEAD(connection_list, connection);

struct connections {
	const struct services *services;
	const struct handler *handler; /* of new connections */
	struct connection_list list; /* in the order of their arrival */
	struct acceptor acceptor;
	struct own_certificates
	    certificates; /* for records; all zero at first */
};

/* Prepare to accept. Returns 0, or -1 (reported). */
int connections_open(
    struct connections *, const struct services *, const struct handler *);
/* Returns NULL if the connection is gone. */
struct connection *connections_find(struct connections *, uint64_t number);
bool connections_are_gone(const struct connections *);
/* End all of them in order. */
void connections_end(struct connections *);

/* For this folder only. Takes over the arrival's descriptor and datagrams. */
void connection_start(struct connections *, const struct arrival *);

#endif
