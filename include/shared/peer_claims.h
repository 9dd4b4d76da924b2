/*
 * Which DTLS peer is whose: the same datagram with a good cookie may come twice
 * out of the listener's queue, to two workers, and only one may take the peer.
 * Remembered for as long as the cookie is good: a queue that nobody has time
 * for is long, and clients send again and again.
 */
#ifndef PEER_CLAIMS_H
#define PEER_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_CLAIMS_COOKIE  20 /* bytes that tell cookies apart */
#define PEER_CLAIMS_KEPT_MS 120000

struct peer_claims; /* in shared memory */

size_t peer_claims_size(void);
/* In memory that is zero. */
struct peer_claims *peer_claims_init(void *memory);
/*
 * True for one call with this cookie in PEER_CLAIMS_KEPT_MS, over all
 * processes; false: somebody has taken it. slot: below 65535. now_ms: of a
 * clock that all processes share; they need not have read it at once.
 */
bool peer_claims_take(
    struct peer_claims *, const uint8_t *cookie, unsigned slot, int64_t now_ms);
/*
 * The process of this slot is dead, and its peers with it: they can start anew
 * at once, with the cookies that they have.
 */
void peer_claims_bury(struct peer_claims *, unsigned slot);

#endif
