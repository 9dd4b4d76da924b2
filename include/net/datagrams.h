/*
 * A transport (transport.h) over a connected UDP socket, for DTLS: what libssl
 * writes and reads at once is one datagram, and stays one.
 *
 * A turn reads a bounded number of datagrams, however many are dropped on the
 * way as forged: beyond, libssl is told that there is nothing, and yielded
 * says that there may be more.
 *
 * renumbers: libssl drops each record that is 64 or more behind the newest one.
 * Where datagrams reach us by several ways, in the order in which these have
 * time for them, a late one gets the number behind the newest; what is doubled
 * is dropped by the numbers of messages. Epoch 0 has no other use for them, as
 * nothing protects them.
 */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include <stddef.h>

#include <openssl/bio.h>

#include "net/transport.h"

#define DATAGRAMS_A_TURN 64 /* read of a socket */

/* How BIOs of this method read and write: transport_bio makes them. */
void datagrams_set_method(BIO_METHOD *);
/* As transport_flush, which calls it. What the network refuses is lost. */
enum transport_state datagrams_flush(struct transport *);
/* Drop what is there; the owner's intercept sees it before. */
void datagrams_discard(struct transport *);
/* One datagram behind those in the queue, which is read or sent in order. */
void datagrams_queue(struct textbuf *, const void *, size_t size);

#endif
