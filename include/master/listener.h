/*
 * The listening socket: TCP over IPv4 or IPv6, a UNIX stream socket, or for
 * DTLS the UDP socket to which peers send that have no socket of their own yet.
 *
 * For DTLS, sockets of peers are bound to the same port, with SO_REUSEADDR. The
 * listener is bound without that option, so that a port in use is an error; it
 * gets the option afterwards. Each datagram comes with the address that it was
 * sent to (IP_PKTINFO, IPV6_PKTINFO); on an IPv6 socket an IPv4 address is a
 * mapped one.
 *
 * A socket that was handed in (activation.h) is the giver's: it is never shut
 * down nor connected, and the path of a UNIX socket is not removed. Its end of
 * listening is in shared memory (accept_turn.h). What waits in it then is left
 * to whoever gets it next.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include "master/owned_path.h"
#include <stdbool.h>

struct config;
struct sockaddr;

/* Room for the longest path of a UNIX socket, and an address with its port. */
#define LISTENER_ADDRESS_MAX 128

struct listener {
	int fd; /* non-blocking, close on exec */
	int family; /* AF_UNIX, or another one */
	bool datagrams; /* UDP */
	bool handed_in;
	bool fast_open; /* TCP Fast Open */
	struct owned_path unix_path; /* that we bound */
	/* "127.0.0.1:40123", "[::]:40123", "/tmp/u"; empty: unknown. */
	char address[LISTENER_ADDRESS_MAX];
};

/*
 * Resolve, bind and listen as the configuration says. Returns 0, or -1 with
 * one line that names the address. A failed bind does not remove a UNIX path
 * that exists, and -unlink removes sockets only.
 */
int listener_open(struct listener *, const struct config *);
/*
 * The line that says where, without its newline: "ACCEPT 127.0.0.1:40123",
 * "ACCEPT [::]:40123", "ACCEPT localhost:/tmp/u".
 */
void listener_describe(const struct listener *, char *line, int size);
/*
 * Stop listening, for all processes at once: after a close, inherited copies of
 * the descriptor would go on. This is shutdown(2), and for datagrams connect(2)
 * to the socket's own address: datagrams that wait in it are still read, new
 * ones do not come. A socket that was handed in is only closed.
 */
void listener_stop(struct listener *);
/* Close, and unlink the UNIX path unless it is another server's by now. */
void listener_close(struct listener *);

#endif
