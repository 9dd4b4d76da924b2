#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/activation.h"
#include "foundation/log.h"

static const char *const activation_variables[] = {
	"LISTEN_PID",
	"LISTEN_PIDFDID",
	"LISTEN_FDS",
	"LISTEN_FDNAMES",
	"NOTIFY_SOCKET",
	"WATCHDOG_PID",
	"WATCHDOG_USEC",
};

static bool activation_is_ours(const char *);
static int activation_take_sockets(struct activation *);
static void activation_take_watchdog(struct activation *);

int
activation_take(struct activation *activation)
{
	const char *notify = getenv("NOTIFY_SOCKET");
	int result = activation_take_sockets(activation);
	size_t i;

	strlcpy(activation->notify, notify != NULL ? notify : "",
	    sizeof(activation->notify));
	activation_take_watchdog(activation);
	for (i = 0;
	     i < sizeof(activation_variables) / sizeof(activation_variables[0]);
	     i++)
		unsetenv(activation_variables[i]);
	return result;
}

/* Does the variable hold the number of this process? */
static bool
activation_is_ours(const char *name)
{
	const char *value = getenv(name), *error;

	return value != NULL &&
	    strtonum(value, 1, INT_MAX, &error) == (long long)getpid();
}

static int
activation_take_sockets(struct activation *activation)
{
	const char *count = getenv("LISTEN_FDS");

	activation->hands_in =
	    count != NULL && activation_is_ours("LISTEN_PID");
	if (!activation->hands_in || strcmp(count, "1") == 0)
		return 0;
	log_warnx("LISTEN_FDS is \"%s\": expected is 1, for one socket", count);
	return -1;
}

/* Without WATCHDOG_PID it is for whoever reads it. */
static void
activation_take_watchdog(struct activation *activation)
{
	const char *period = getenv("WATCHDOG_USEC"), *error;

	activation->watchdog_ms = 0;
	if (period == NULL ||
	    (getenv("WATCHDOG_PID") != NULL &&
		!activation_is_ours("WATCHDOG_PID")))
		return;
	/* Rounded up: the least period is one millisecond. */
	activation->watchdog_ms =
	    (strtonum(period, 1, INT64_MAX - 999, &error) + 999) / 1000;
}
