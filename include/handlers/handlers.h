/* The table of modes: the handler of each. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "config/config.h"
#include "connection/connection.h"

/* The default mode, with -quiet and -brief too. */
extern const struct handler handler_interactive;
extern const struct handler handler_rev;
extern const struct handler handler_echo;
extern const struct handler handler_www;
extern const struct handler handler_file; /* -WWW and -HTTP */

const struct handler *handlers_find(enum server_mode);

#endif
