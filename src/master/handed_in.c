#include <sys/socket.h>
#include <sys/un.h>

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "foundation/address.h"
#include "foundation/log.h"
#include "master/handed_in.h"

#define HANDED_IN_ADDRESS_MAX 128

struct handed_in {
	int fd;
	const struct config *config;
	int family, type, protocol;
	int listens; /* listen(2) was called */
	struct sockaddr_storage address;
};

static int handed_in_look(struct handed_in *);
static bool handed_in_is_wanted(const struct handed_in *);
static bool handed_in_takes_datagrams(const struct handed_in *);
static const char *handed_in_wanted(const struct config *);
static void handed_in_describe(const struct handed_in *, char *, size_t);
static int handed_in_refuse(const struct handed_in *);
static int handed_in_check_path(const struct handed_in *);
static int handed_in_check_address(const struct handed_in *);
static bool
handed_in_has(const struct handed_in *, const struct addrinfo *, bool);

int
handed_in_check(int fd, const struct config *config, int *family)
{
	struct handed_in socket = { .fd = fd, .config = config };

	if (handed_in_look(&socket) == -1) {
		log_warn("LISTEN_FDS: %s is expected, descriptor %d is none",
		    handed_in_wanted(config), fd);
		return -1;
	}
	*family = socket.family;
	if (!handed_in_is_wanted(&socket))
		return handed_in_refuse(&socket);
	if (socket.family == AF_UNIX)
		return handed_in_check_path(&socket);
	return handed_in_check_address(&socket);
}

/* Returns 0, or -1 with errno set. */
static int
handed_in_look(struct handed_in *socket)
{
	const struct {
		int name;
		int *value;
	} asked[] = {
		{ SO_DOMAIN, &socket->family },
		{ SO_TYPE, &socket->type },
		{ SO_PROTOCOL, &socket->protocol },
		{ SO_ACCEPTCONN, &socket->listens },
	};
	socklen_t size;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		size = sizeof(int);
		if (getsockopt(socket->fd, SOL_SOCKET, asked[i].name,
			asked[i].value, &size) == -1)
			return -1;
	}
	size = sizeof(socket->address);
	return getsockname(
	    socket->fd, (struct sockaddr *)&socket->address, &size);
}

static bool
handed_in_is_wanted(const struct handed_in *socket)
{
	const struct config *config = socket->config;
	enum address_family family = config->family;

	if (config->dtls ? !handed_in_takes_datagrams(socket)
			 : socket->type != SOCK_STREAM || !socket->listens)
		return false;
	switch (socket->family) {
	case AF_UNIX:
		return !config->dtls && !config->tfo && !config->accept_given &&
		    (family == FAMILY_UNIX || family == FAMILY_ANY);
	case AF_INET:
		return family == FAMILY_IPV4 || family == FAMILY_ANY;
	case AF_INET6:
		return family == FAMILY_IPV6 || family == FAMILY_ANY;
	default:
		return false;
	}
}

/* Is it UDP, bound to a port, and not connected to one peer? */
static bool
handed_in_takes_datagrams(const struct handed_in *socket)
{
	/* sin6_port is at the same place. */
	const struct sockaddr_in *own =
	    (const struct sockaddr_in *)&socket->address;
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	return socket->type == SOCK_DGRAM && socket->protocol == IPPROTO_UDP &&
	    own->sin_port != 0 &&
	    getpeername(socket->fd, (struct sockaddr *)&peer, &size) == -1;
}

static const char *
handed_in_wanted(const struct config *config)
{
	enum address_family family = config->family;

	if (family == FAMILY_UNIX)
		return "a listening UNIX stream socket";
	if (config->dtls)
		return family == FAMILY_IPV4 ? "a UDP socket of IPv4"
		    : family == FAMILY_IPV6  ? "a UDP socket of IPv6"
					     : "a UDP socket";
	if (family == FAMILY_ANY && !config->tfo && !config->accept_given)
		return "a listening TCP or UNIX stream socket";
	return family == FAMILY_IPV4 ? "a listening TCP socket of IPv4"
	    : family == FAMILY_IPV6  ? "a listening TCP socket of IPv6"
				     : "a listening TCP socket";
}

static void
handed_in_describe(const struct handed_in *socket, char *line, size_t size)
{
	bool is_stream = socket->type == SOCK_STREAM;
	const char *kind = is_stream	     ? "stream"
	    : socket->type == SOCK_DGRAM     ? "datagram"
	    : socket->type == SOCK_SEQPACKET ? "sequenced-packet"
					     : "raw";
	const char *version = socket->family == AF_INET6 ? "6" : "4";

	if (socket->family == AF_UNIX)
		snprintf(line, size, "a UNIX %s socket", kind);
	else if (socket->family != AF_INET && socket->family != AF_INET6)
		snprintf(line, size, "a socket of family %d", socket->family);
	else if (is_stream)
		snprintf(line, size, "a TCP socket of IPv%s", version);
	else
		snprintf(line, size, "a %s socket of IPv%s",
		    socket->protocol == IPPROTO_UDP ? "UDP" : kind, version);
	if (is_stream && !socket->listens)
		strlcat(line, " that does not listen", size);
	else if (socket->config->dtls && socket->protocol == IPPROTO_UDP &&
	    !handed_in_takes_datagrams(socket))
		strlcat(line, " that has no port or is connected", size);
}

/* Returns -1. */
static int
handed_in_refuse(const struct handed_in *socket)
{
	char came[128];

	handed_in_describe(socket, came, sizeof(came));
	log_warnx("LISTEN_FDS: %s is expected, descriptor %d is %s",
	    handed_in_wanted(socket->config), socket->fd, came);
	return -1;
}

static int
handed_in_check_path(const struct handed_in *socket)
{
	const struct sockaddr_un *address =
	    (const struct sockaddr_un *)&socket->address;
	const char *wanted = socket->config->unix_path;

	if (wanted == NULL ||
	    strncmp(address->sun_path, wanted, sizeof(address->sun_path)) == 0)
		return 0;
	log_warnx("LISTEN_FDS: -unix %s is expected, descriptor %d is at %s",
	    wanted, socket->fd,
	    *address->sun_path != '\0' ? address->sun_path : "no path");
	return -1;
}

/* Nothing was asked for if -accept and -port are not given. */
static int
handed_in_check_address(const struct handed_in *socket)
{
	const struct config *config = socket->config;
	struct addrinfo hints = { .ai_flags = AI_PASSIVE,
		.ai_family = socket->family,
		.ai_socktype = socket->type };
	struct addrinfo *list, *wanted;
	char came[HANDED_IN_ADDRESS_MAX] = "";
	int error;

	if (!config->accept_given)
		return 0;
	error = getaddrinfo(config->host, config->port, &hints, &list);
	if (error != 0) {
		log_warnx("LISTEN_FDS: -accept %s:%s: %s",
		    config->host == NULL ? "*" : config->host, config->port,
		    gai_strerror(error));
		return -1;
	}
	for (wanted = list; wanted != NULL; wanted = wanted->ai_next)
		if (handed_in_has(
			socket, wanted, strcmp(config->port, "0") == 0))
			break;
	freeaddrinfo(list);
	if (wanted != NULL)
		return 0;
	(void)address_write(
	    &socket->address, sizeof(socket->address), came, sizeof(came));
	log_warnx("LISTEN_FDS: -accept %s:%s is expected, descriptor %d is at "
		  "%s",
	    config->host == NULL ? "*" : config->host, config->port, socket->fd,
	    came);
	return -1;
}

static bool
handed_in_has(const struct handed_in *socket, const struct addrinfo *wanted,
    bool any_port)
{
	const struct sockaddr_in *own4, *wanted4;
	const struct sockaddr_in6 *own6, *wanted6;

	own4 = (const struct sockaddr_in *)&socket->address;
	own6 = (const struct sockaddr_in6 *)&socket->address;
	wanted4 = (const struct sockaddr_in *)wanted->ai_addr;
	wanted6 = (const struct sockaddr_in6 *)wanted->ai_addr;
	if (!any_port && own4->sin_port != wanted4->sin_port)
		return false;
	return socket->family == AF_INET
	    ? own4->sin_addr.s_addr == wanted4->sin_addr.s_addr
	    : IN6_ARE_ADDR_EQUAL(&own6->sin6_addr, &wanted6->sin6_addr);
}
