/*
 * The early data of a connection: it is given to the handler as it comes, and
 * answered before the handshake is done.
 */
#ifndef CONNECTION_EARLY_H
#define CONNECTION_EARLY_H

#include <stdbool.h>

#include "link/link.h"

struct connection;

/*
 * Take a bounded amount of early data. Returns LINK_DONE if none is left, or
 * there never was any: handshake_step() must do the rest. After LINK_AGAIN an
 * answer may be queued, which must be sent before the next call.
 */
enum link_result early_step(struct connection *);
/*
 * Returns true if the handshake is not done, and an answer to early data is
 * queued, which early_answer will send.
 */
bool early_is_answered(const struct connection *);
/*
 * Send answers. Returns false if the handshake must not go on now. A peer that
 * reads slowly does not stop it, nor does an answer without an end.
 */
bool early_answer(struct connection *);

#endif
