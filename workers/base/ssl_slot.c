#include "base/ssl_slot.h"
#include "foundation/log.h"

void
ssl_slot_open(int *slot)
{
	if (*slot == -1)
		*slot = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (*slot == -1)
		fatalx("out of memory");
}

void
ssl_slot_set(SSL *ssl, int slot, void *data)
{
	if (SSL_set_ex_data(ssl, slot, data) != 1)
		fatalx("out of memory");
}
