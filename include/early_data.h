/*
 * With -early_data: what a TLS 1.3 client sends along with its ClientHello
 * (RFC 8446, section 2.3), read before the handshake goes on and printed in
 * the stock program's words.
 *
 * It came before the client's Finished, so it may be a replay of what another
 * connection sent; resumption.h says who guards against that.
 */
#ifndef EARLY_DATA_H
#define EARLY_DATA_H

#include "handshake.h"

struct connection;

/*
 * Take a bounded amount of what has come. HANDSHAKE_DONE: there is no more, or
 * never was any; handshake_step() is to do the rest.
 */
enum handshake_result early_data_step(struct connection *);
/* Once a connection, as soon as it is known: was early data accepted? */
void early_data_count(struct connection *);

#endif
