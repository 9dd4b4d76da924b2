/*
 * The options that concern the whole of libcrypto: providers, engines,
 * properties of algorithms, and seeds of the random generator.
 */
#ifndef CRYPTO_SETUP_H
#define CRYPTO_SETUP_H

struct config;

/*
 * Apply -provider, -provider-path and -engine in their order, then -propquery
 * and -rand. To be called before libcrypto is used. Returns 0, or -1
 * (reported).
 */
int crypto_setup_open(const struct config *);
/* At the end of the program: apply -writerand. Returns 0, or -1 (reported). */
int crypto_setup_close(const struct config *);

#endif
