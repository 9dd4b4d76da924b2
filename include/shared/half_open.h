/*
 * How many handshakes of DTLS are open over all workers, and how many of them
 * are of one source: one address, or the /64 of an IPv6 address, within which
 * a host has as many as it likes.
 *
 * Once more than half of all places are taken, a source gets no more of them
 * than are still free then. So one host that leaves its handshakes open can
 * have half of the places, and never keeps others out; a second one has half
 * of the rest, and so on. A source that has none gets one while there is any.
 *
 * The limits hold exactly, whoever comes at once. What a source has is an upper
 * estimate: it may count some of another's, seldom.
 */
#ifndef HALF_OPEN_H
#define HALF_OPEN_H

#include <sys/socket.h>

#include <stddef.h>

struct half_open; /* in shared memory */

enum half_open_verdict {
	HALF_OPEN_ENTERED,
	HALF_OPEN_FULL, /* all places are taken */
	HALF_OPEN_SHARE, /* the source has as many as are free */
};

size_t half_open_size(unsigned slots);
/* In memory that is zero. limit: more than 0. slots: as of accept_quota.h. */
struct half_open *half_open_init(void *memory, unsigned limit, unsigned slots);

/* ENTERED: the caller's process leaves again, with the same source. */
enum half_open_verdict half_open_enter(
    struct half_open *, unsigned slot, const struct sockaddr_storage *source);
/* The same without a limit, for who takes over a place. */
void half_open_replace(
    struct half_open *, unsigned slot, const struct sockaddr_storage *source);
void half_open_leave(
    struct half_open *, unsigned slot, const struct sockaddr_storage *source);
/* The process of this slot is dead, and has left all its places. */
void half_open_bury(struct half_open *, unsigned slot);

#endif
