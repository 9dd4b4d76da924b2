/*
 * HUP, the TLS part: contexts and ticket keys made anew from the files that the
 * configuration names, beside those that serve.
 */
#ifndef TLS_RENEWAL_H
#define TLS_RENEWAL_H

struct config;
struct ticket_key_list;
struct tls_context;

/*
 * As tls_context_open and ticket_files_load, but silent: what they have to say
 * is dropped, but for warnings. They ask nobody, and read regular files only:
 * another may have given all it had, or keep the master waiting for ever. The
 * caller closes and frees the context. NULL: failed, reported in one line, and
 * the list is empty.
 */
struct tls_context *
tls_renewal_make(const struct config *, struct ticket_key_list *);

#endif
