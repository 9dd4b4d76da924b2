/*
 * The place of a DTLS connection among those that shake hands (half_open.h),
 * and what the acceptor must know of its peer.
 */
#ifndef DTLS_PLACE_H
#define DTLS_PLACE_H

#include "accept/dtls_acceptor.h"

struct connection;

struct dtls_acceptor *dtls_place_acceptor(const struct connection *);
struct dtls_known dtls_place_known(const struct connection *);
/*
 * The connection, which must be of DTLS, does not shake hands any more: give
 * its place back.
 */
void dtls_place_leave(struct connection *);

#endif
