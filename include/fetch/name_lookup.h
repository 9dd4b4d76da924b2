/*
 * The addresses of a host, from the resolver of the system, which may take as
 * long as it likes: in a process of its own (fetcher.h).
 */
#ifndef NAME_LOOKUP_H
#define NAME_LOOKUP_H

#include <stdint.h>

#include "shared/fetch_board.h"
#include "shared/fetch_request.h"

/*
 * Look up host and port of the request. The answer is some addresses, each a
 * struct sockaddr_storage, or a line that tells why there are none. Returns how
 * long it may be shared, in ms.
 */
int64_t name_lookup(const struct fetch_request *, struct fetch_answer *);

#endif
