#include <netdb.h>
#include <stdio.h>

#include "foundation/address.h"

bool
address_write(const struct sockaddr_storage *address, socklen_t address_size,
    char *text, size_t size)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (address->ss_family != AF_INET && address->ss_family != AF_INET6)
		return false;
	if (getnameinfo((const struct sockaddr *)address, address_size, host,
		sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return false;
	snprintf(text, size,
	    address->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	return true;
}
