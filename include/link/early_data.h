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

#include <stddef.h>
#include <stdint.h>

#include "link/link.h"
#include "link/stream.h"

/* Bytes of a read, at most. */
#define EARLY_DATA_SIZE STREAM_RECORD

/* Where to read to; local: of EARLY_DATA_SIZE bytes, the caller's. */
uint8_t *early_data_buffer(struct link *, uint8_t *local);
/*
 * Read once. LINK_AGAIN: there are *size bytes, or none if libssl has only to
 * be called again. LINK_DONE: there is no more, or never was any;
 * handshake_step() is to do the rest.
 */
enum link_result early_data_read(struct link *, uint8_t *data, size_t *size);

#endif
