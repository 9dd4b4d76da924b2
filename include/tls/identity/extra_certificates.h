/*
 * The certificates of -xcert. If there are any, a handshake uses only these: it
 * gets each one that can serve the client, and a line about each one is
 * printed, as in the stock program.
 */
#ifndef EXTRA_CERTIFICATES_H
#define EXTRA_CERTIFICATES_H

#include <openssl/ssl.h>

struct config;
struct extra_certificates;

/*
 * Load all sets of the configuration; ask for pass phrases. The result is NULL
 * if there are no sets. Returns 0, or -1 (reported).
 */
int
extra_certificates_load(struct extra_certificates **, const struct config *);
/* Give up a reference; contexts have their own. NULL is allowed. */
void extra_certificates_free(struct extra_certificates *);
/* Have the context choose from them. Returns 0, or -1 (reported). */
int extra_certificates_install(struct extra_certificates *, SSL_CTX *);

#endif
