#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/address.h"
#include "foundation/log.h"
#include "master/fast_open.h"
#include "master/handed_in.h"
#include "master/listener.h"

/* Clients that may wait to be accepted; the kernel takes its own limit. */
#define LISTENER_BACKLOG 4096
/* Bytes of datagrams that wait to be read; a burst of clients is many. */
#define LISTENER_BUFFER (8 * 1024 * 1024)

static int listener_adopt(struct listener *, const struct config *);
static int listener_set_adopted(struct listener *);
static int listener_open_unix(struct listener *, const struct config *);
static int listener_remove_old(const char *);
static int listener_open_inet(struct listener *, const struct config *);
static int
listener_try_all(struct listener *, const struct addrinfo *, int, bool);
static int listener_try(struct listener *, const struct addrinfo *, bool);
static int listener_set_stream(int);
static int listener_set_ipv6_only(int, int, bool);
static int listener_set_datagrams(int, int);
static int listener_stop_datagrams(int);
static void listener_learn_address(struct listener *);
static void listener_name_unix(const struct sockaddr_un *, char *);
static void listener_name(const struct config *, char *, size_t);

int
listener_open(struct listener *listener, const struct config *config)
{
	int result;

	*listener = (struct listener){
		.fd = -1, .datagrams = config->dtls, .fast_open = config->tfo
	};
	if (config->tfo)
		fast_open_announce();
	if (config->activation.hands_in)
		result = listener_adopt(listener, config);
	else
		result = config->unix_path != NULL
		    ? listener_open_unix(listener, config)
		    : listener_open_inet(listener, config);
	if (result == 0)
		listener_learn_address(listener);
	return result;
}

void
listener_describe(const struct listener *listener, char *line, int size)
{
	snprintf(line, (size_t)size, "ACCEPT%s%s%s",
	    *listener->address != '\0' ? " " : "",
	    listener->family == AF_UNIX ? "localhost:" : "", listener->address);
}

void
listener_stop(struct listener *listener)
{
	if (listener->handed_in) {
		close(listener->fd);
		listener->fd = -1;
	} else if (!listener->datagrams)
		shutdown(listener->fd, SHUT_RDWR);
	else if (listener_stop_datagrams(listener->fd) == -1)
		log_warn("cannot stop listening");
}

void
listener_close(struct listener *listener)
{
	owned_path_remove(&listener->unix_path);
	if (listener->fd != -1)
		close(listener->fd);
}

/* A socket that was handed in. The path of a UNIX socket is not ours. */
static int
listener_adopt(struct listener *listener, const struct config *config)
{
	listener->handed_in = true;
	if (handed_in_check(ACTIVATION_FD, config, &listener->family) == -1)
		return -1;
	listener->fd = ACTIVATION_FD;
	if (listener_set_adopted(listener) == 0)
		return 0;
	log_warn("LISTEN_FDS: descriptor %d", ACTIVATION_FD);
	return -1;
}

/* Sets errno if it fails. These options hold for the giver, too. */
static int
listener_set_adopted(struct listener *listener)
{
	int fd = listener->fd, flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return -1;
	if (listener->family == AF_UNIX)
		return 0;
	if (listener->fast_open && fast_open_set(fd, LISTENER_BACKLOG) == -1)
		return -1;
	return listener->datagrams
	    ? listener_set_datagrams(fd, listener->family)
	    : listener_set_stream(fd);
}

static int
listener_open_unix(struct listener *listener, const struct config *config)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = config->unix_path;

	if (strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		log_warnx("-unix %s: longer than %zu bytes", path,
		    sizeof(address.sun_path) - 1);
		return -1;
	}
	if (config->unlink && listener_remove_old(path) == -1)
		return -1;
	listener->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd == -1 ||
	    bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) ==
		-1) {
		log_warn("cannot listen on %s", path);
		if (listener->fd != -1)
			close(listener->fd);
		return -1;
	}
	(void)owned_path_note(&listener->unix_path, path);
	listener->family = AF_UNIX;
	if (listen(listener->fd, LISTENER_BACKLOG) == -1) {
		log_warn("cannot listen on %s", path);
		listener_close(listener);
		return -1;
	}
	return 0;
}

/* -unlink removes sockets only: another file is there for another reason. */
static int
listener_remove_old(const char *path)
{
	struct stat st;
	int found = lstat(path, &st);

	if (found == 0 && !S_ISSOCK(st.st_mode)) {
		log_warnx("-unlink: %s is not a socket", path);
		return -1;
	}
	if ((found == -1 || unlink(path) == -1) && errno != ENOENT) {
		log_warn("cannot unlink %s", path);
		return -1;
	}
	return 0;
}

static int
listener_open_inet(struct listener *listener, const struct config *config)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE };
	struct addrinfo *list;
	char name[NI_MAXHOST + NI_MAXSERV];
	bool only = config->family == FAMILY_IPV6;
	int error, result;

	hints.ai_socktype = config->dtls ? SOCK_DGRAM : SOCK_STREAM;
	hints.ai_family = config->family == FAMILY_IPV4 ? AF_INET
	    : config->family == FAMILY_IPV6		? AF_INET6
							: AF_UNSPEC;
	listener_name(config, name, sizeof(name));
	error = getaddrinfo(config->host, config->port, &hints, &list);
	if (error != 0) {
		log_warnx("cannot listen on %s: %s", name, gai_strerror(error));
		return -1;
	}
	result = -1;
	/* The IPv6 wildcard also serves IPv4, so it is tried first. */
	if (config->host == NULL)
		result = listener_try_all(listener, list, AF_INET6, only);
	if (result == -1)
		result = listener_try_all(listener, list, AF_UNSPEC, only);
	if (result == -1)
		log_warn("cannot listen on %s", name);
	freeaddrinfo(list);
	return result;
}

/* Sets errno if it fails; AF_UNSPEC: any family. */
static int
listener_try_all(struct listener *listener, const struct addrinfo *list,
    int family, bool ipv6_only)
{
	errno = EAFNOSUPPORT;
	for (; list != NULL; list = list->ai_next)
		if ((family == AF_UNSPEC || family == list->ai_family) &&
		    listener_try(listener, list, ipv6_only) == 0)
			return 0;
	return -1;
}

/* Sets errno if it fails. */
static int
listener_try(
    struct listener *listener, const struct addrinfo *address, bool ipv6_only)
{
	int type = listener->datagrams ? SOCK_DGRAM : SOCK_STREAM;
	int fd, reason;

	fd = socket(address->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if ((!listener->datagrams && listener_set_stream(fd) == -1) ||
	    listener_set_ipv6_only(fd, address->ai_family, ipv6_only) == -1 ||
	    bind(fd, address->ai_addr, address->ai_addrlen) == -1 ||
	    (listener->fast_open &&
		fast_open_set(fd, LISTENER_BACKLOG) == -1) ||
	    (listener->datagrams
		    ? listener_set_datagrams(fd, address->ai_family)
		    : listen(fd, LISTENER_BACKLOG)) == -1) {
		reason = errno;
		close(fd);
		errno = reason;
		return -1;
	}
	listener->fd = fd;
	return 0;
}

/* Accepted sockets inherit TCP_NODELAY, which saves a call for each. */
static int
listener_set_stream(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ==
		    -1 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == -1
	    ? -1
	    : 0;
}

static int
listener_set_ipv6_only(int fd, int family, bool ipv6_only)
{
	int only = ipv6_only;

	return family != AF_INET6
	    ? 0
	    : setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
}

/* To be called when the socket is bound. */
static int
listener_set_datagrams(int fd, int family)
{
	int on = 1, size = LISTENER_BUFFER;

	/* Without that privilege the buffer is as large as the system allows.
	 */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ==
		-1 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		return -1;
	return family == AF_INET6
	    ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on))
	    : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
}

/*
 * A socket that is connected to itself gets datagrams from nobody else. If it
 * is bound to any address, it is connected to the loopback address: of IPv6, or
 * of IPv4 on a machine whose loopback has no IPv6 address.
 */
static int
listener_stop_datagrams(int fd)
{
	static const struct in6_addr mapped_loopback = {
		.s6_addr = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 }
	};
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size) == -1)
		return -1;
	if (address.ss_family == AF_INET &&
	    ipv4->sin_addr.s_addr == htonl(INADDR_ANY))
		ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (address.ss_family == AF_INET6 &&
	    IN6_IS_ADDR_UNSPECIFIED(&ipv6->sin6_addr)) {
		ipv6->sin6_addr = in6addr_loopback;
		if (connect(fd, (struct sockaddr *)&address, size) == 0)
			return 0;
		ipv6->sin6_addr = mapped_loopback;
	}
	return connect(fd, (struct sockaddr *)&address, size);
}

/* The port is the one that the kernel chose, if it was to choose. */
static void
listener_learn_address(struct listener *listener)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t address_size = sizeof(address);
	char *name = listener->address;

	if (listener->unix_path.path != NULL)
		strlcpy(name, listener->unix_path.path, LISTENER_ADDRESS_MAX);
	else if (getsockname(listener->fd, (struct sockaddr *)&address,
		     &address_size) == -1)
		return;
	else if (address.ss_family == AF_UNIX)
		listener_name_unix((const struct sockaddr_un *)&address, name);
	else
		(void)address_write(
		    &address, address_size, name, LISTENER_ADDRESS_MAX);
}

/* An abstract address begins with NUL, and is written with @. */
static void
listener_name_unix(const struct sockaddr_un *address, char *name)
{
	const char *path = address->sun_path;

	snprintf(name, LISTENER_ADDRESS_MAX, "%s%.*s", *path == '\0' ? "@" : "",
	    (int)sizeof(address->sun_path) - 1,
	    *path == '\0' ? path + 1 : path);
}

/* The address as the options name it, for error messages. */
static void
listener_name(const struct config *config, char *name, size_t size)
{
	const char *host = config->host == NULL ? "*" : config->host;

	snprintf(name, size, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s",
	    host, config->port);
}
