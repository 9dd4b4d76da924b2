#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "loopback.h"

int
loopback_listen(int backlog)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd == -1 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, backlog) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) == -1)
		err(1, "listen");
	printf("ACCEPT 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

int
loopback_connect(const char *port, int receive_size)
{
	const char *wrong = NULL;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port =
		    htons((uint16_t)strtonum(port, 1, UINT16_MAX, &wrong)),
		.sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (wrong != NULL)
		errx(1, "port %s is %s", port, wrong);
	/* To be set before connect(2): it has an effect from the SYN on. */
	if (fd == -1 ||
	    (receive_size != LOOPBACK_AS_USUAL &&
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_size,
		    sizeof(receive_size)) == -1) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		err(1, "connect");
	return fd;
}
