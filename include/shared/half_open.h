/*
 * Limits how many handshakes of DTLS are open over all workers, and how many of
 * them belong to one source. A source is an IPv4 address or the /64 network of
 * an IPv6 address, in which a host may have any address.
 *
 * Once more than half of all places are taken, a source may have no more places
 * than are still free. So a host that leaves its handshakes open can take half
 * of the places, a second such host half of the rest, and so on, but they never
 * keep others out. A source that has no place gets one while there is one.
 *
 * The limits hold exactly, also when many clients come at the same time. The
 * number of places of a source is an upper estimate: seldom it counts some of
 * another source, too.
 */
#ifndef HALF_OPEN_H
#define HALF_OPEN_H

#include <sys/socket.h>

#include <stddef.h>

struct half_open; /* in shared memory */

enum half_open_verdict {
	HALF_OPEN_ENTERED,
	HALF_OPEN_FULL, /* all places are taken */
	HALF_OPEN_SHARE, /* the source has as many places as are free */
};

size_t half_open_size(unsigned slots);
/* The memory must be zero-filled. limit: more than 0. slots: processes. */
struct half_open *half_open_init(void *memory, unsigned limit, unsigned slots);

/*
 * Take a place. After HALF_OPEN_ENTERED the same process must call
 * half_open_leave later, with the same source.
 */
enum half_open_verdict half_open_enter(
    struct half_open *, unsigned slot, const struct sockaddr_storage *source);
/* Take a place without a limit, for a peer that takes over the place of one. */
void half_open_replace(
    struct half_open *, unsigned slot, const struct sockaddr_storage *source);
void half_open_leave(
    struct half_open *, unsigned slot, const struct sockaddr_storage *source);
/* The process of this slot is dead: free all its places. */
void half_open_bury(struct half_open *, unsigned slot);

#endif
