/*
 * The random generator of the TLS library, for modules that must not know the
 * library.
 */
#ifndef TLS_RANDOM_H
#define TLS_RANDOM_H

#include "foundation/randomness.h"

extern const struct randomness tls_random;

#endif
