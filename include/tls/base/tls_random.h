/*
 * The TLS library's generator, for those who know none.
 */
#ifndef TLS_RANDOM_H
#define TLS_RANDOM_H

#include "foundation/randomness.h"

extern const struct randomness tls_random;

#endif
