/*
 * What is typed: the console says what it means, the master carries it out.
 */
#include <signal.h>

#include "foundation/text.h"
#include "master/master_state.h"

static void master_prepare_console(const void *, struct pollset *, int64_t);
static void master_console(void *, unsigned, short);
static int64_t master_console_due_ms(const void *, int64_t);
static void master_console_act(void *, int64_t);
static void master_obey(struct master *, enum console_action);
static void master_send_unit(struct master *, uint16_t);
static void master_send_to(struct master *, struct console_connection *,
    const char *, size_t, uint16_t);

const struct source master_console_source = {
	master_prepare_console,
	master_console,
	master_console_due_ms,
	master_console_act,
};

bool
master_type(struct master *master, struct console_connection *connection,
    const char *unit, size_t size)
{
	if (connection->busy)
		return false;
	master_send_to(master, connection, unit, size, 0);
	return true;
}

/* Nothing is read while what was typed last is at work. */
static void
master_prepare_console(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct master *master = self;

	if (!master->report.active)
		pollset_add(set, console_pollfd(&master->console, now_ms), 0);
}

static void
master_console(void *self, unsigned key, short events)
{
	struct master *master = self;

	(void)key;
	if (!master->report.active)
		master_obey(master, console_readable(&master->console, events));
}

static int64_t
master_console_due_ms(const void *self, int64_t now_ms)
{
	const struct master *master = self;

	return console_due_ms(&master->console, now_ms);
}

/* What was typed before may have somebody to go to now. */
static void
master_console_act(void *self, int64_t now_ms)
{
	(void)now_ms;
	master_console(self, 0, 0);
}

static void
master_obey(struct master *master, enum console_action action)
{
	switch (action) {
	case CONSOLE_NOTHING:
		break;
	case CONSOLE_SEND:
		master_send_unit(master, 0);
		break;
	case CONSOLE_STATS:
		report_begin(&master->report, REPORT_COMMAND);
		break;
	case CONSOLE_QUIT:
		text_printf(TEXT_ERR, "shutdown accept socket\n");
		master->console.unit_size = 0;
		master_send_unit(master, MESSAGE_FLAG_QUIT);
		master_enter(master, MASTER_QUITTING);
		break;
	case CONSOLE_HANGUP:
		master_end_by(master, SIGHUP);
		break;
	}
}

static void
master_send_unit(struct master *master, uint16_t flags)
{
	struct console *console = &master->console;
	struct console_connection *connection;

	for (connection = console_first(console); connection != NULL;
	     connection = console_next(console, connection))
		master_send_to(master, connection, console->unit,
		    console->unit_size, flags);
	console_sent(console);
}

static void
master_send_to(struct master *master, struct console_connection *connection,
    const char *unit, size_t size, uint16_t flags)
{
	struct message message = { .type = MESSAGE_UNIT,
		.size = (uint32_t)size,
		.id = connection->id,
		.flags = flags };

	console_send(&master->console, connection);
	channel_send(
	    &master->workers->slot[connection->slot].control, &message, unit);
}
