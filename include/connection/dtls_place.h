/*
 * The place of a connection of DTLS among those that shake hands, and how the
 * acceptor knows its peer.
 */
#ifndef DTLS_PLACE_H
#define DTLS_PLACE_H

#include "accept/dtls_acceptor.h"

struct connection;

struct dtls_acceptor *dtls_place_acceptor(const struct connection *);
struct dtls_known dtls_place_known(const struct connection *);
/* The connection, which is one of DTLS, shakes hands no more, or is gone. */
void dtls_place_leave(struct connection *);

#endif
