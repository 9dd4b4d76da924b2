#include "handlers/handlers.h"

static const struct handler *const handlers[] = {
	[MODE_INTERACTIVE] = &handler_interactive,
	[MODE_REV] = &handler_rev,
	[MODE_ECHO] = &handler_echo,
	[MODE_WWW] = &handler_www,
	[MODE_FILE] = &handler_file,
	[MODE_HTTP] = &handler_file,
};

const struct handler *
handlers_find(enum server_mode mode)
{
	return handlers[mode];
}
