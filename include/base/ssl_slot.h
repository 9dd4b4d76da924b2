/*
 * A place of a module in each SSL (SSL_get_ex_data(3)). The module's callbacks
 * find there what the module keeps for the connection. The number of the place
 * is a static variable of the module, -1 at first.
 */
#ifndef SSL_SLOT_H
#define SSL_SLOT_H

#include <openssl/ssl.h>

/* Called by the master, before the fork. Does nothing if there is a number. */
void ssl_slot_open(int *slot);
/* The data must outlive the SSL, which does not free them. */
void ssl_slot_set(SSL *, int slot, void *data);

#endif
