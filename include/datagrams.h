/*
 * A transport (transport.h) over a connected UDP socket, for DTLS: what libssl
 * writes and reads at once is one datagram, and stays one.
 *
 * A turn reads a bounded number of datagrams, however many are dropped on the
 * way as forged: beyond, libssl is told that there is nothing, and yielded
 * says that there may be more.
 */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include <stddef.h>

#include <openssl/bio.h>

#include "transport.h"

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
