/*
 * HUP, the TLS part: contexts made anew from the files that the configuration
 * names, beside the ones that serve.
 */
#ifndef TLS_RENEWAL_H
#define TLS_RENEWAL_H

struct config;
struct tls_context;

/*
 * As tls_context_open, but silent: what it has to say is dropped, but for
 * warnings. It asks nobody, and reads regular files only: another may have
 * given all it had, or keep the master waiting for ever. NULL: failed, reported
 * in one line. The caller closes and frees it.
 */
struct tls_context *tls_renewal_make(const struct config *);

#endif
