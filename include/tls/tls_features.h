/*
 * Options that need features which a TLS library may have been built without.
 */
#ifndef TLS_FEATURES_H
#define TLS_FEATURES_H

struct config;

/* From now on print the words of the library that runs (wordings.h). */
void tls_features_choose_wordings(void);

/*
 * An option_judge's version: is the library as new as this OPTION_VERSION, both
 * the one that runs and the one that the program was built with?
 */
int tls_features_judge(const char *option, unsigned since);

/* Returns 0, or -1 (reported) if the library lacks what an option needs. */
int tls_features_check(const struct config *);

#endif
