/*
 * A simple load balancer: forwards each connection to the next one of several
 * servers.
 *
 *	alternate TARGET...
 *
 * A target is a port of 127.0.0.1 or the path of a UNIX socket. The program
 * listens on a port of 127.0.0.1 which the kernel chooses, and prints "ACCEPT
 * 127.0.0.1:PORT", as s_server does.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

#define BACKLOG	    128
#define BUFFER_SIZE (16 * 1024)

static int
connect_path(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path))
		errx(1, "%s is too long", path);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		err(1, "%s", path);
	return fd;
}

static int
connect_port(const char *port)
{
	const char *error;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port =
		    htons((uint16_t)strtonum(port, 1, UINT16_MAX, &error)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (error != NULL)
		errx(1, "port %s is %s", port, error);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		err(1, "port %s", port);
	return fd;
}

/* Returns the number of bytes; 0 or -1: no more will come. */
static ssize_t
copy_once(int from, int to)
{
	char data[BUFFER_SIZE];
	ssize_t size, sent, n;

	if ((size = read(from, data, sizeof(data))) <= 0)
		return size;
	for (sent = 0; sent < size; sent += n)
		if ((n = write(to, data + sent, (size_t)(size - sent))) <= 0)
			return -1;
	return size;
}

/* Copies both directions. Each one ends separately; a reset ends both. */
static void
forward(int client, int server)
{
	struct pollfd ends[2] = {
		{ .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN },
	};
	int to[2] = { server, client }, open = 2, i;
	ssize_t n;

	while (open > 0 && poll(ends, 2, -1) > 0)
		for (i = 0; i < 2; i++) {
			if (ends[i].fd == -1 || ends[i].revents == 0)
				continue;
			if ((n = copy_once(ends[i].fd, to[i])) == -1)
				return;
			if (n == 0) {
				shutdown(to[i], SHUT_WR);
				ends[i].fd = -1;
				open--;
			}
		}
}

/* Starts a process for the connection, which ends when this process ends. */
static void
serve(int client, const char *target)
{
	if (fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	forward(client,
	    target[0] == '/' ? connect_path(target) : connect_port(target));
	_exit(0);
}

int
main(int argc, char *argv[])
{
	int listener, fd, i;

	if (argc < 2)
		errx(1, "usage: alternate TARGET...");
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	listener = loopback_listen(BACKLOG);
	for (i = 0;; i = (i + 1) % (argc - 1)) {
		if ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) == -1)
			err(1, "accept");
		serve(fd, argv[i + 1]);
		close(fd);
	}
}
