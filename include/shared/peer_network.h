/*
 * Which host a peer is of, as far as an address tells.
 */
#ifndef PEER_NETWORK_H
#define PEER_NETWORK_H

#include <stdint.h>
#include <sys/socket.h>

/*
 * A number for its IPv4 address, also for one in IPv6's form; of IPv6 for the
 * /64 network, which is what one host has, so that it can choose the rest. 0: a
 * local socket has none.
 */
uint64_t peer_network(const struct sockaddr_storage *);

#endif
