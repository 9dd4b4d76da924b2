/*
 * With -early_data: what a TLS 1.3 client sends along with its ClientHello
 * (RFC 8446, section 2.3), read before the handshake goes on and given to the
 * handler. The default mode prints it in the stock program's words; the others
 * answer it, and the answer does not wait for the client's Finished.
 *
 * It came before the client's Finished, so it may be a replay of what another
 * connection sent; resumption.h says who guards against that.
 */
#ifndef EARLY_DATA_H
#define EARLY_DATA_H

#include <stdbool.h>

#include "link/handshake.h"

struct connection;

/*
 * Take a bounded amount of what has come. HANDSHAKE_DONE: there is no more, or
 * never was any; handshake_step() is to do the rest. HANDSHAKE_AGAIN: an answer
 * may be queued, which is to be sent before the next call.
 */
enum handshake_result early_data_step(struct connection *);
/*
 * The handshake is not done, but an answer to early data is queued: stream_push
 * sends it.
 */
bool early_data_answered(const struct connection *);
/* Once a connection, as soon as it is known: was early data accepted? */
void early_data_count(struct connection *);

#endif
