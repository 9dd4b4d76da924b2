/*
 * Tells peers of different hosts apart, as far as their addresses can.
 */
#ifndef PEER_NETWORK_H
#define PEER_NETWORK_H

#include <stdint.h>
#include <sys/socket.h>

/*
 * Returns a number for the IPv4 address of a peer, also if it is in the form of
 * IPv6; or for the /64 network of an IPv6 address, since a host may choose any
 * address in its /64. Returns 0 for a local socket, which has no address.
 */
uint64_t peer_network(const struct sockaddr_storage *);

#endif
