/*
 * With -early_data: the data that a TLS 1.3 client sends with its ClientHello
 * (RFC 8446, section 2.3). It is read before the handshake goes on, and given
 * to the handler. The default mode prints it in the stock program's words; the
 * other modes answer it, before the client's Finished has come.
 *
 * Such data may be a replay of what another connection sent; resumption_fetch()
 * guards against that.
 */
#ifndef EARLY_DATA_H
#define EARLY_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "link/link.h"
#include "link/stream.h"

/* Bytes of a read, at most. */
#define EARLY_DATA_SIZE STREAM_RECORD

/* Returns the buffer to read into. local has EARLY_DATA_SIZE bytes. */
uint8_t *early_data_buffer(struct link *, uint8_t *local);
/*
 * Read once. Returns LINK_AGAIN with *size bytes, or with none if libssl only
 * has to be called again. Returns LINK_DONE if no early data is left, or there
 * never was any: handshake_step() must do the rest.
 */
enum link_result early_data_read(struct link *, uint8_t *data, size_t *size);

#endif
