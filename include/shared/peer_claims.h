/*
 * Tells which worker has a DTLS peer. A client sends its ClientHello again
 * while the first one waits in the listener's queue, so two workers may get the
 * same good cookie, and only one of them may take the peer. A claim is
 * remembered for as long as the cookie is good, because the queue of a busy
 * server is long.
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
/* The memory must be zero-filled. */
struct peer_claims *peer_claims_init(void *memory);
/*
 * Returns true for one call with this cookie in PEER_CLAIMS_KEPT_MS, over all
 * processes, and false for all others. slot: below 65535. now_ms: of a clock
 * that all processes share; the value may be a little old.
 */
bool peer_claims_take(
    struct peer_claims *, const uint8_t *cookie, unsigned slot, int64_t now_ms);
/*
 * The process of this slot is dead. Its peers can start anew at once, with the
 * cookies that they have.
 */
void peer_claims_bury(struct peer_claims *, unsigned slot);

#endif
