#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "foundation/address.h"
#include "foundation/decimal.h"

static bool address_write_scoped(
    const struct sockaddr_storage *, socklen_t, char *, size_t);
static char *address_ipv6(char *, const struct in6_addr *);
static char *address_ipv4(char *, const uint8_t *);

bool
address_write(const struct sockaddr_storage *address, socklen_t address_size,
    char *text, size_t size)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)address;
	char figures[ADDRESS_TEXT_MAX], *next;
	size_t length;

	if (address->ss_family == AF_INET)
		next = address_ipv4(figures, (const uint8_t *)&ipv4->sin_addr);
	else if (address->ss_family != AF_INET6)
		return false;
	else if (ipv6->sin6_scope_id != 0)
		return address_write_scoped(address, address_size, text, size);
	else
		next = address_ipv6(figures, &ipv6->sin6_addr);
	*next++ = ':';
	/* Both have the port at the same place. */
	next = decimal_write(next, ntohs(ipv4->sin_port));
	length = (size_t)(next - figures);
	if (length >= size)
		length = size - 1;
	memcpy(text, figures, length);
	text[length] = '\0';
	return true;
}

/* The scope is the name of an interface, which has to be looked up. */
static bool
address_write_scoped(const struct sockaddr_storage *address,
    socklen_t address_size, char *text, size_t size)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getnameinfo((const struct sockaddr *)address, address_size, host,
		sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return false;
	snprintf(text, size, "[%s]:%s", host, port);
	return true;
}

/* Returns the end, as the next one. */
static char *
address_ipv6(char *text, const struct in6_addr *address)
{
	char host[INET6_ADDRSTRLEN];

	*text++ = '[';
	if (IN6_IS_ADDR_V4MAPPED(address)) {
		text = stpcpy(text, "::ffff:");
		text = address_ipv4(text, &address->s6_addr[12]);
	} else if (inet_ntop(AF_INET6, address, host, sizeof(host)) != NULL) {
		text = stpcpy(text, host);
	}
	*text++ = ']';
	return text;
}

/* What inet_ntop(3) does costs ten times as much. */
static char *
address_ipv4(char *text, const uint8_t *address)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			*text++ = '.';
		text = decimal_write(text, address[i]);
	}
	return text;
}
