#include <stddef.h>

#include "base/services.h"
#include "config/config.h"
#include "shared/shared.h"
#include "store/store.h"
#include "store/store_access.h"
#include "store/store_names.h"
#include "store/store_start.h"

struct store *
store_open(const struct services *services, const struct store_access *access)
{
	const struct config *config = services->config;
	struct store_start start = {
		.counters = services->counters,
		.prefix = config->session_store_prefix,
		.keys = &access->keys,
		.wants_run = config->early_data,
		.link = {
			.loop = services->loop,
			.uri = &config->store_uri,
			.password = access->password,
			.tls = access->tls,
			.timeout_ms = (int)config->session_store_timeout_ms,
			.said_ms = &services->shared->board->store_said_ms,
			.find = store_names_find,
			/* It only reads them. */
			.find_arg = (void *)(uintptr_t)services,
		},
	};

	return config->session_store == NULL ? NULL : store_begin(&start);
}
