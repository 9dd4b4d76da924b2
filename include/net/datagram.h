/*
 * A datagram with both its addresses, as a socket that is connected to nobody
 * gets it.
 */
#ifndef DATAGRAM_H
#define DATAGRAM_H

#include <sys/socket.h>

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A ClientHello is shorter. */
#define DATAGRAM_MAX (20 * 1024)

struct datagram {
	struct sockaddr_storage from;
	struct sockaddr_storage to; /* of the same family; with our port */
	socklen_t address_size; /* of both */
	size_t size; /* 0 also if it is longer than DATAGRAM_MAX */
	uint8_t data[DATAGRAM_MAX];
};

/*
 * The next one, of a socket that has IP_PKTINFO or IPV6_RECVPKTINFO; port:
 * the socket's, network byte order. False: there is none now. Never waits.
 */
bool datagram_receive(struct datagram *, int fd, in_port_t port);
/*
 * From the address that it was sent to. What cannot be sent now is as good as
 * lost; nothing is sent if size is 0.
 */
void datagram_reply(
    const struct datagram *, int fd, const uint8_t *data, size_t size);

#endif
