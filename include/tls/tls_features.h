/*
 * Options that need features which a TLS library may have been built without.
 */
#ifndef TLS_FEATURES_H
#define TLS_FEATURES_H

struct config;

/* Returns 0, or -1 (reported) if the library lacks what an option needs. */
int tls_features_check(const struct config *);

#endif
