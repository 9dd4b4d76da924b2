/*
 * What the options do to the whole of libcrypto: providers, engines, properties
 * of algorithms, and seeds of the random generator.
 */
#ifndef CRYPTO_SETUP_H
#define CRYPTO_SETUP_H

struct config;

/*
 * Before anything else is done with libcrypto: -provider, -provider-path and
 * -engine in their order, -propquery, -rand. Returns 0, or -1 (reported).
 */
int crypto_setup_open(const struct config *);
/* -writerand, at the end of the program. Returns 0, or -1 (reported). */
int crypto_setup_close(const struct config *);

#endif
