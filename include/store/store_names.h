/*
 * The addresses of the store, if it is given by a name: the fetcher looks them
 * up, because a resolver may block.
 */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include <stdint.h>

#include "foundation/textbuf.h"
#include "store/store_link.h"

struct services;

/* A store_link_finder, whose argument is a const struct services. */
int store_names_find(void *arg, int64_t since_ms, struct store_address *,
    unsigned *count, struct textbuf *why);

#endif
