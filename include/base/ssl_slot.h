/*
 * A module's own place in each SSL (SSL_get_ex_data(3)), where libssl's
 * callbacks find what the module keeps for the connection. A module has a
 * static number, -1 at first.
 */
#ifndef SSL_SLOT_H
#define SSL_SLOT_H

#include <openssl/ssl.h>

/* In the master, before the fork; does nothing if there is a number. */
void ssl_slot_open(int *slot);
/* The data must outlive the SSL, which does not own them. */
void ssl_slot_set(SSL *, int slot, void *data);

#endif
