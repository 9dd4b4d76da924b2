/*
 * The TLS part of a reload (HUP): makes new contexts and ticket keys from the
 * files that the configuration names, while the old ones stay in use.
 */
#ifndef TLS_RENEWAL_H
#define TLS_RENEWAL_H

struct config;
struct ticket_key_list;
struct tls_context;

/* Reads more than this module knows. Returns 0, or -1 (reported). */
typedef int tls_renewal_more(void *arg);

/*
 * As tls_context_open and ticket_files_load, but only warnings are printed. No
 * pass phrase is asked for, and only regular files are read: a FIFO may be
 * empty now, and could keep the master waiting for ever. Returns the context,
 * which the caller closes and frees, or NULL (reported in one line) with an
 * empty list. more is called last, and only if all else could be read.
 */
struct tls_context *tls_renewal_make(const struct config *,
    struct ticket_key_list *, tls_renewal_more *more, void *arg);

#endif
