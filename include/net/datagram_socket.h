/*
 * A transport (transport.h) over a connected UDP socket, for DTLS: what libssl
 * writes or reads in one call is one datagram.
 *
 * In one turn a bounded number of datagrams is read, also if most of them are
 * dropped as forged. Then libssl is told that there is nothing, and yielded is
 * set, because there may be more.
 *
 * renumbers: libssl drops a record whose number is 64 or more behind the newest
 * one. Where datagrams come through several workers, a late one may be further
 * behind, so it gets the number after the newest. Nothing else needs the
 * numbers in epoch 0, where nothing protects them: libssl drops doubled
 * messages by the numbers of the messages.
 */
#ifndef DATAGRAM_SOCKET_H
#define DATAGRAM_SOCKET_H

#include <stddef.h>

#include "net/transport.h"

#define DATAGRAM_SOCKET_A_TURN 64 /* read from a socket */

/* The kind of a transport over datagrams. What the network refuses is lost. */
extern const struct transport_kind datagram_socket_kind;

/* Drop what is there. The owner's intercept is still called for it. */
void datagram_socket_discard(struct transport *);
/* Append one datagram to a queue, which is read or sent in order. */
void datagram_socket_queue(struct textbuf *, const void *, size_t size);

#endif
