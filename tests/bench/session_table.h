/*
 * Sessions kept outside libssl, serialised as a cache for several processes
 * has to keep them; a table without locks, for one process.
 */
#ifndef SESSION_TABLE_H
#define SESSION_TABLE_H

#include <openssl/ssl.h>

/* From now on the sessions of this context are found in the table. */
void session_table_serve(SSL_CTX *);

#endif
