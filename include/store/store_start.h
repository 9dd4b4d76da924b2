/*
 * How a store begins, apart from where the parts come from (store_open.c).
 */
#ifndef STORE_START_H
#define STORE_START_H

#include <stdbool.h>

#include "store/store_link.h"

struct counters;
struct store;
struct store_keys;

struct store_start {
	struct store_link_setup link;
	const struct counters *counters; /* NULL: nothing is counted */
	const char *prefix; /* of keys */
	const struct store_keys *keys; /* NULL: nothing is sealed */
	bool wants_run; /* there are sessions of single use */
};

struct store *store_begin(const struct store_start *);

#endif
