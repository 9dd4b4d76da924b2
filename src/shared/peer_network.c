#include "shared/peer_network.h"

#include <netinet/in.h>
#include <string.h>

static uint64_t peer_network_ipv4(const void *);

uint64_t
peer_network(const struct sockaddr_storage *peer)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)peer;
	const struct in6_addr *ipv6 =
	    &((const struct sockaddr_in6 *)peer)->sin6_addr;
	uint64_t network;

	if (peer->ss_family == AF_INET)
		return peer_network_ipv4(&ipv4->sin_addr);
	if (peer->ss_family != AF_INET6)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(ipv6))
		return peer_network_ipv4(&ipv6->s6_addr[12]);
	memcpy(&network, ipv6, sizeof(network));
	return network != 0 ? network : UINT64_MAX;
}

/* Never 0, and never the number of an IPv6 network that is in use. */
static uint64_t
peer_network_ipv4(const void *bytes)
{
	uint32_t address;

	memcpy(&address, bytes, sizeof(address));
	return UINT64_C(1) << 32 | address;
}
