/*
 * The first bytes of a TLS client, before libssl has seen them.
 */
#ifndef TLS_HELLO_H
#define TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * False: more of a record or of a ClientHello is to come, and it is not clear
 * yet that it will be wrong.
 */
bool tls_hello_is_whole(const uint8_t *data, size_t size);

#endif
