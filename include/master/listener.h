/*
 * The listening socket: TCP over IPv4 or IPv6, a UNIX stream socket, or for
 * DTLS the UDP socket to which peers send that have no socket of their own yet.
 *
 * Sockets of peers are bound to the same port, with SO_REUSEADDR. The listener
 * is bound without it, so that a port in use is an error, and has it from then
 * on. Each datagram comes with the address that it was sent to (IP_PKTINFO,
 * IPV6_PKTINFO; of IPv4 on an IPv6 socket as a mapped one).
 */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

struct config;
struct sockaddr;

/* Room for the longest path of a UNIX socket, and an address with its port. */
#define LISTENER_ADDRESS_MAX 128

struct listener {
	int fd; /* non-blocking, close on exec */
	bool datagrams; /* UDP */
	const char *unix_path; /* NULL: none */
	dev_t device; /* of what has this path, if that is our socket */
	ino_t inode; /* likewise; 0: nothing had it */
	/* "127.0.0.1:40123", "[::]:40123", "/tmp/u"; empty: nobody knows. */
	char address[LISTENER_ADDRESS_MAX];
};

/*
 * Resolve, bind and listen as the configuration says. Returns 0, or -1 with
 * one line that names the address. A failed bind leaves an existing UNIX path
 * alone, and -unlink whatever is no socket.
 */
int listener_open(struct listener *, const struct config *);
/*
 * The line that says where, without its newline: "ACCEPT 127.0.0.1:40123",
 * "ACCEPT [::]:40123", "ACCEPT localhost:/tmp/u".
 */
void listener_describe(const struct listener *, char *line, int size);
/*
 * Stop listening for all processes at once, since inherited copies of the
 * descriptor would go on after a close: shutdown(2), and for datagrams
 * connect(2) to the socket's own address. Datagrams that wait in it are still
 * read, new ones are not taken.
 */
void listener_stop(struct listener *);
/* Close, and unlink the UNIX path unless a successor has it by now. */
void listener_close(struct listener *);

#endif
