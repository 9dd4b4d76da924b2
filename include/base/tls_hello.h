/*
 * The first bytes of a TLS client, before libssl has seen them.
 */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Returns false if more of a record or of a ClientHello has to come, and what
 * is there may still become a good one.
 */
bool tls_hello_is_whole(const uint8_t *data, size_t size);

#endif
