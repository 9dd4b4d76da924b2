/*
 * Options for what the TLS library may have been built without.
 */
#ifndef TLS_FEATURES_H
#define TLS_FEATURES_H

struct config;

/* Returns 0, or -1: the library lacks what an option needs (reported). */
int tls_features_check(const struct config *);

#endif
