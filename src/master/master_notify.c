/*
 * What a service manager is told of the master's state.
 */
#include <inttypes.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/monotime.h"
#include "master/listener.h"
#include "master/master_state.h"

static void master_say_ready(struct master *, const char *);

void
master_notify_ready(struct master *master)
{
	master_say_ready(master, "");
}

/* A reload_hear. Each beginning is followed by one of the others. */
void
master_notify_reload(void *arg, enum reload_news news)
{
	struct master *master = arg;

	master_log_reload(master, news);
	switch (news) {
	case RELOAD_BEGINS:
		notify_say(&master->notify,
		    "RELOADING=1\nMONOTONIC_USEC=%" PRId64
		    "\nSTATUS=reads its files again",
		    monotime_us());
		break;
	case RELOAD_ENDS:
		master_say_ready(master, "reloaded; ");
		break;
	case RELOAD_FAILS:
		master_say_ready(master, "the reload failed; as before, ");
		break;
	}
}

void
master_notify_stopping(struct master *master, enum master_state state)
{
	notify_say(&master->notify, "STOPPING=1\nSTATUS=%s",
	    state == MASTER_DRAINING ? "ends when no connection is open"
				     : "ends");
}

static void
master_say_ready(struct master *master, const char *news)
{
	unsigned workers = master->workers->wanted;
	struct textbuf address;

	textbuf_init(&address);
	notify_say(&master->notify,
	    "READY=1\nMAINPID=%ld\nSTATUS=%s%u worker%s on %s", (long)getpid(),
	    news, workers, workers == 1 ? "" : "s",
	    escape_string(&address, master->listener->address));
	textbuf_free(&address);
}
