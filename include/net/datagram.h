/* A datagram with both its addresses, as an unconnected socket receives it. */
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
	struct sockaddr_storage to; /* the family of from, and our port */
	socklen_t address_size; /* of both */
	size_t size; /* 0 also if longer than DATAGRAM_MAX */
	uint8_t data[DATAGRAM_MAX];
};

/*
 * Receive the next datagram, from a socket that has IP_PKTINFO or
 * IPV6_RECVPKTINFO. port is the socket's, in network byte order. Returns false
 * if there is none now. Never waits.
 */
bool datagram_receive(struct datagram *, int fd, in_port_t port);
/*
 * Send an answer, from the address that the datagram was sent to. An answer
 * that cannot be sent now is dropped, as if the network had lost it. size 0:
 * nothing is sent.
 */
void datagram_reply(
    const struct datagram *, int fd, const uint8_t *data, size_t size);

#endif
