/*
 * A table of sessions outside libssl, for one process and without locks. The
 * sessions are serialised, as in a cache for several processes.
 */
#ifndef SESSION_TABLE_H
#define SESSION_TABLE_H

#include <openssl/ssl.h>

/* Have the context keep its sessions in the table. */
void session_table_serve(SSL_CTX *);

#endif
