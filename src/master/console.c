#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/signals.h"
#include "master/console.h"
#include "shared/shared.h"

/* A read fails while the server is in the background of its terminal. */
#define CONSOLE_RETRY_MS 500

static bool console_has_terminal(void);
static int
console_compare(struct console_connection *, struct console_connection *);
static struct console_connection *console_focus(const struct console *);
static struct console_connection *
console_skip_busy(struct console *, struct console_connection *);
static bool console_waits(const struct console *, int64_t);
static enum console_action console_read(struct console *, short);
static enum console_action console_meaning(struct console *, size_t);
static enum console_action console_lost_terminal(struct console *);
static enum console_action console_end(struct console *);
static void console_disable(struct console *);
static ssize_t console_read_unit(struct console *, size_t);

/* RB_GENERATE_STATIC needs a macro that libbsd leaves out on Linux. */
RB_GENERATE_INTERNAL(console_tree, console_connection, entry, console_compare,
    __attribute__((unused)) static)

void
console_open(struct console *console, const struct config *config,
    struct shared_board *board)
{
	struct pollfd pollfd;

	memset(console, 0, sizeof(*console));
	RB_INIT(&console->connections);
	console->board = board;
	console->commands = !config->quiet && !config->brief;
	console->is_terminal = isatty(STDIN_FILENO);
	console->orders_only = !config_uses_console(config);
	/* If it was closed, it is no console, and has no end. */
	console->enabled = !config->closed[STDIN_FILENO] &&
	    (!console->orders_only ||
		(console->is_terminal && console->commands));
	/* Under nohup(1) the server outlives its terminal. */
	console->outlives_terminal = signals_is_ignored(SIGHUP);
	console->can_hang_up =
	    !console->outlives_terminal && console_has_terminal();
	console->crlf = config->crlf;
	console->choice = config->console;
	/* With -quiet and -brief the stock program is at a loss: see BUGS. */
	console->ignore_eof = config->ign_eof || !console->commands;
	/* The first connection may come before the first turn of the loop. */
	pollfd = console_pollfd(console, monotime_ms());
	if (pollfd.fd != -1 && poll(&pollfd, 1, 0) == 1)
		atomic_store(&board->input_waits, true);
}

void
console_close(struct console *console)
{
	struct console_connection *connection;

	while ((connection = RB_ROOT(&console->connections)) != NULL) {
		RB_REMOVE(console_tree, &console->connections, connection);
		free(connection);
	}
}

void
console_connected(struct console *console, unsigned slot, uint64_t id)
{
	struct console_connection *connection;

	if ((connection = calloc(1, sizeof(*connection))) == NULL)
		fatalx("out of memory");
	connection->id = id;
	connection->slot = slot;
	RB_INSERT(console_tree, &console->connections, connection);
	console->open++;
	atomic_store(&console->board->input_waits, false);
}

void
console_disconnected(struct console *console, uint64_t id)
{
	struct console_connection *connection = console_find(console, id);

	if (connection == NULL)
		return;
	console_unit_done(console, id);
	RB_REMOVE(console_tree, &console->connections, connection);
	console->open--;
	free(connection);
}

void
console_worker_died(struct console *console, unsigned slot)
{
	struct console_connection *connection, *next;

	for (connection = RB_MIN(console_tree, &console->connections);
	     connection != NULL; connection = next) {
		next = RB_NEXT(console_tree, &console->connections, connection);
		if (connection->slot == slot)
			console_disconnected(console, connection->id);
	}
}

struct console_connection *
console_first(struct console *console)
{
	struct console_connection *focus = console_focus(console);

	return console->choice == CONSOLE_ALL
	    ? console_skip_busy(console, focus)
	    : focus;
}

struct console_connection *
console_next(struct console *console, struct console_connection *connection)
{
	if (console->choice != CONSOLE_ALL)
		return NULL;
	return console_skip_busy(
	    console, RB_NEXT(console_tree, &console->connections, connection));
}

struct console_connection *
console_find(struct console *console, uint64_t id)
{
	struct console_connection key = { .id = id };

	return RB_FIND(console_tree, &console->connections, &key);
}

bool
console_is_for(struct console *console, uint64_t id)
{
	return console->choice == CONSOLE_ALL ||
	    console_focus(console)->id == id;
}

struct pollfd
console_pollfd(const struct console *console, int64_t now_ms)
{
	struct pollfd pollfd = { .fd = -1, .events = POLLIN };
	bool has_focus = console_focus(console) != NULL;
	bool known = atomic_load(&console->board->input_waits);

	if (!console->enabled || console_waits(console, now_ms))
		return pollfd;
	/* Lines typed while idle are gathered, so that S and Q are seen. */
	if (console->unit_size > 0 &&
	    (has_focus || !console->is_terminal ||
		console->unit_size > CONSOLE_UNIT_MAX / 2))
		return pollfd;
	if (console->retry_ms > now_ms)
		return pollfd;
	if (has_focus || console->is_terminal || !known)
		pollfd.fd = STDIN_FILENO;
	return pollfd;
}

int64_t
console_due_ms(const struct console *console, int64_t now_ms)
{
	int64_t due_ms = 0;

	if (console->retry_ms > now_ms)
		due_ms = console->retry_ms;
	if (console->busy > 0 && console->patience_ms > now_ms)
		due_ms = monotime_sooner(due_ms, console->patience_ms);
	return due_ms;
}

enum console_action
console_readable(struct console *console, short revents)
{
	bool has_focus = console_focus(console) != NULL;

	if (console->unit_size > 0 && has_focus)
		return console_waits(console, monotime_ms()) ? CONSOLE_NOTHING
							     : CONSOLE_SEND;
	if (revents == 0)
		return CONSOLE_NOTHING;
	if (!has_focus && !console->is_terminal) {
		atomic_store(&console->board->input_waits, true);
		return CONSOLE_NOTHING;
	}
	return console_read(console, revents);
}

/*
 * When a terminal hangs up the kernel takes it from all processes of its
 * session, and only then sends the signal.
 */
bool
console_hung_up(const struct console *console)
{
	return console->can_hang_up && !console_has_terminal();
}

void
console_send(struct console *console, struct console_connection *connection)
{
	connection->busy = true;
	console->busy++;
	console->patience_ms = monotime_ms() + CONSOLE_PATIENCE_MS;
}

void
console_sent(struct console *console)
{
	console->unit_size = 0;
}

void
console_unit_done(struct console *console, uint64_t id)
{
	struct console_connection *connection = console_find(console, id);

	if (connection == NULL || !connection->busy)
		return;
	connection->busy = false;
	connection->taken++;
	if (connection->left_out)
		console->left_out--;
	else
		console->busy--;
	connection->left_out = false;
}

/* The console connection, with all of them the first one; NULL: none is open.
 */
static struct console_connection *
console_focus(const struct console *console)
{
	/* Which only looks. */
	struct console_tree *tree =
	    (struct console_tree *)(uintptr_t)&console->connections;

	return console->choice == CONSOLE_NEWEST ? RB_MAX(console_tree, tree)
						 : RB_MIN(console_tree, tree);
}

/* A connection that has not taken the last unit does not get this one. */
static struct console_connection *
console_skip_busy(
    struct console *console, struct console_connection *connection)
{
	for (; connection != NULL && connection->busy;
	     connection =
		 RB_NEXT(console_tree, &console->connections, connection)) {
		if (connection->left_out)
			continue;
		log_warnx("connection %ju takes nothing: it is left out of "
			  "what is typed",
		    (uintmax_t)connection->id);
		connection->left_out = true;
		console->left_out++;
		console->busy--;
	}
	return connection;
}

/* Does the console wait for connections to take the last unit? */
static bool
console_waits(const struct console *console, int64_t now_ms)
{
	struct console_connection *focus = console_focus(console);

	if (console->choice != CONSOLE_ALL)
		return focus != NULL && focus->busy;
	if (console->open > 0 &&
	    console->busy + console->left_out == console->open)
		return true;
	return console->busy > 0 && now_ms < console->patience_ms;
}

static bool
console_has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd == -1)
		return errno != ENXIO && errno != EIO && errno != ENOENT;
	close(fd);
	return true;
}

static int
console_compare(struct console_connection *a, struct console_connection *b)
{
	return a->id < b->id ? -1 : a->id > b->id;
}

static enum console_action
console_read(struct console *console, short revents)
{
	size_t kept = console->unit_size;
	ssize_t n = console_read_unit(console, kept);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return CONSOLE_NOTHING;
	if (console->is_terminal && (revents & POLLHUP) && n <= 0)
		return console_lost_terminal(console);
	if (n == -1 && errno == EIO) {
		console->retry_ms = monotime_ms() + CONSOLE_RETRY_MS;
		return CONSOLE_NOTHING;
	}
	if (n <= 0)
		return console_end(console);
	console->unit_size = kept + (size_t)n;
	return console_meaning(console, kept);
}

/* Says what the text means that was read last, behind the text that is kept. */
static enum console_action
console_meaning(struct console *console, size_t kept)
{
	bool has_focus = console_focus(console) != NULL;

	if (console->commands && console->unit[kept] == 'Q')
		return CONSOLE_QUIT;
	if (console->commands && console->unit[kept] == 'S') {
		/* No connection is open: only the server obeys it. */
		if (!has_focus)
			console->unit_size = kept;
		return CONSOLE_STATS;
	}
	if (console->orders_only) {
		console->unit_size = 0;
		return CONSOLE_NOTHING;
	}
	if (has_focus)
		return CONSOLE_SEND;
	/* It was typed while no connection was open: the next one waits for it.
	 */
	atomic_store(&console->board->input_waits, true);
	return CONSOLE_NOTHING;
}

static enum console_action
console_lost_terminal(struct console *console)
{
	if (!console->outlives_terminal)
		return CONSOLE_HANGUP;
	console_disable(console);
	return CONSOLE_NOTHING;
}

static enum console_action
console_end(struct console *console)
{
	if (!console->ignore_eof)
		return CONSOLE_QUIT;
	console_disable(console);
	return CONSOLE_NOTHING;
}

/* Nothing more comes from standard input. */
static void
console_disable(struct console *console)
{
	console->enabled = false;
	atomic_store(&console->board->input_waits, false);
}

/* One read; with -crlf of half the size, since each LF may become two bytes. */
static ssize_t
console_read_unit(struct console *console, size_t kept)
{
	char *unit = console->unit + kept;
	size_t size = sizeof(console->unit) - kept, from, to, lines = 0, i;
	ssize_t n;

	n = read(STDIN_FILENO, unit, console->crlf ? size / 2 : size);
	if (n <= 0 || !console->crlf)
		return n;
	for (i = 0; i < (size_t)n; i++)
		lines += unit[i] == '\n';
	for (from = (size_t)n, to = from + lines; from-- > 0;) {
		unit[--to] = unit[from];
		if (unit[from] == '\n')
			unit[--to] = '\r';
	}
	return n + (ssize_t)lines;
}
