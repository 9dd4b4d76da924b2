/*
 * What a service manager has put into the environment: read only if it is for
 * this process, and always taken out.
 */
#include "foundation/activation.h"
#include "unit.h"

static struct activation activation;

static void
set(const char *name, const char *value)
{
	CHECK(setenv(name, value, 1) == 0);
}

static void
set_pid(const char *name, long pid)
{
	char number[32];

	snprintf(number, sizeof(number), "%ld", pid);
	set(name, number);
}

/* Nothing may be left for a child. */
static int
take(void)
{
	int result = activation_take(&activation);

	CHECK(getenv("LISTEN_PID") == NULL);
	CHECK(getenv("LISTEN_PIDFDID") == NULL);
	CHECK(getenv("LISTEN_FDS") == NULL);
	CHECK(getenv("LISTEN_FDNAMES") == NULL);
	CHECK(getenv("NOTIFY_SOCKET") == NULL);
	CHECK(getenv("WATCHDOG_PID") == NULL);
	CHECK(getenv("WATCHDOG_USEC") == NULL);
	return result;
}

static int
take_sockets(long pid, const char *count)
{
	set_pid("LISTEN_PID", pid);
	set("LISTEN_PIDFDID", "1");
	set("LISTEN_FDS", count);
	set("LISTEN_FDNAMES", "name");
	return take();
}

static void
test_nothing(void)
{
	CHECK(take() == 0);
	CHECK(!activation.hands_in);
	CHECK(*activation.notify == '\0');
	CHECK(activation.watchdog_ms == 0);
	set("NOTIFY_SOCKET", "");
	CHECK(take() == 0 && *activation.notify == '\0');
}

static void
test_sockets(void)
{
	static const char *const wrong[] = { "", "0", "2", "-1", "1 ", "one" };
	size_t i;

	CHECK(take_sockets(getpid(), "1") == 0 && activation.hands_in);
	CHECK(take_sockets(getppid(), "1") == 0 && !activation.hands_in);
	CHECK(take_sockets(-1, "2") == 0 && !activation.hands_in);
	set("LISTEN_FDS", "1");
	CHECK(take() == 0 && !activation.hands_in);
	set_pid("LISTEN_PID", getpid());
	CHECK(take() == 0 && !activation.hands_in);
	CHECK(freopen("/dev/null", "w", stderr) != NULL);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(take_sockets(getpid(), wrong[i]) == -1);
}

static int64_t
watchdog_ms(const char *period)
{
	set("WATCHDOG_USEC", period);
	CHECK(take() == 0);
	return activation.watchdog_ms;
}

static void
test_notify(void)
{
	set("NOTIFY_SOCKET", "@manager");
	CHECK(take() == 0 && strcmp(activation.notify, "@manager") == 0);
	CHECK(watchdog_ms("3000000") == 3000);
	CHECK(watchdog_ms("1") == 1);
	CHECK(watchdog_ms("0") == 0);
	CHECK(watchdog_ms("soon") == 0);
	set_pid("WATCHDOG_PID", getpid());
	CHECK(watchdog_ms("3000000") == 3000);
	set_pid("WATCHDOG_PID", getppid());
	CHECK(watchdog_ms("3000000") == 0);
}

int
main(void)
{
	UNIT_RUN(test_nothing);
	UNIT_RUN(test_notify);
	UNIT_RUN(test_sockets);
	return unit_end();
}
