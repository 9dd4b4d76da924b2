/*
 * Early data of a connection: given to the handler as it comes, and answered
 * before the handshake is done.
 */
#ifndef CONNECTION_EARLY_H
#define CONNECTION_EARLY_H

#include <stdbool.h>

#include "link/link.h"

struct connection;

/*
 * Take a bounded amount of what has come. LINK_DONE: there is no more, or never
 * was any; handshake_step() is to do the rest. LINK_AGAIN: an answer may be
 * queued, which is to be sent before the next call.
 */
enum link_result early_step(struct connection *);
/*
 * The handshake is not done, but an answer to early data is queued:
 * early_answer sends it.
 */
bool early_is_answered(const struct connection *);
/*
 * False: the handshake must not go on now. What the peer is too slow to read is
 * no reason, nor is an answer that goes on and on.
 */
bool early_answer(struct connection *);

#endif
