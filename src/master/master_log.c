/*
 * What -log says of the server itself. Its lines begin as those of connections
 * do.
 */
#include <sys/wait.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/json.h"
#include "foundation/monotime.h"
#include "master/listener.h"
#include "master/master_state.h"
#include "master/record_file.h"
#include "sessions/ticket_keys.h"
#include "shared/record_line.h"
#include "shared/shared.h"
#include "shared/stats.h"

/* So much of a key's name is not used by any other key, in practice. */
#define KEY_NAME_SHOWN 4

/* A line on its way. */
struct master_line {
	struct master *master;
	struct textbuf text;
	struct json json;
};

static bool
master_line_begin(struct master_line *, struct master *, const char *);
static void master_line_end(struct master_line *);
static const char *master_end_reason(const struct master *);
static void master_log_sums(struct json *, const struct shared *);
static void master_log_signal(struct json *, int);
static void master_log_partial(struct json *, const struct shared *);

int
master_reopen_log(struct master *master)
{
	struct record_file *log = master->log;

	if (!log->has_path)
		return 0;
	if (record_file_reopen(log) == -1)
		return -1;
	pool_pass_all(master->workers, MESSAGE_LOG_FILE, log->file.fd);
	return 0;
}

void
master_log_start(struct master *master)
{
	const struct config *config = master->config;
	struct master_line line;

	if (!master_line_begin(&line, master, "start"))
		return;
	json_number(&line.json, "pid", (uint64_t)getpid());
	json_string(&line.json, "program", "s_server " VERSION);
	json_string(&line.json, "library", master->library);
	json_number(&line.json, "workers", config->workers);
	json_string(&line.json, "address", master->listener->address);
	master_line_end(&line);
	master->log_begun_us = monotime_us();
}

void
master_log_end(struct master *master)
{
	struct master_line line;

	/* Who was told of no start is told of no end. */
	if (master->log_begun_us == 0 ||
	    !master_line_begin(&line, master, "end"))
		return;
	json_number(&line.json, "pid", (uint64_t)getpid());
	json_string(&line.json, "reason", master_end_reason(master));
	if (master->ended_by != 0)
		master_log_signal(&line.json, master->ended_by);
	else
		json_number(&line.json, "status", (uint64_t)master->status);
	json_number(&line.json, "uptime_us",
	    (uint64_t)(monotime_us() - master->log_begun_us));
	master_log_sums(&line.json, master->shared);
	json_number(&line.json, "lost", record_file_lost(master->log));
	master_log_partial(&line.json, master->shared);
	json_end(&line.json);
	record_file_write_last(master->log, line.text.data, line.text.size);
	textbuf_free(&line.text);
}

void
master_log_reload(struct master *master, enum reload_news news)
{
	const struct reload *reload = &master->reload;
	struct master_line line;

	if (news == RELOAD_BEGINS ||
	    !master_line_begin(&line, master, "reload"))
		return;
	json_string(
	    &line.json, "result", news == RELOAD_ENDS ? "done" : "failed");
	if (news == RELOAD_FAILS)
		json_string(&line.json, "reason", reload->reason);
	json_number(&line.json, "generation", reload->count + 1);
	master_line_end(&line);
}

/* A ticket_rotation_hear. */
void
master_log_rotation(void *arg)
{
	struct master *master = arg;
	struct master_line line;
	struct ticket_key key;

	if (!master_line_begin(&line, master, "rotation"))
		return;
	ticket_keys_current(master->shared->ticket_keys, &key);
	json_hex(&line.json, "key", key.name, KEY_NAME_SHOWN);
	explicit_bzero(&key, sizeof(key));
	master_line_end(&line);
}

void
master_log_death(struct master *master, const struct master_death *death)
{
	struct master_line line;

	if (!master_line_begin(&line, master, "worker_died"))
		return;
	json_number(
	    &line.json, "worker", pool_number(master->workers, death->slot));
	json_number(&line.json, "pid", (uint64_t)death->pid);
	if (WIFSIGNALED(death->status))
		master_log_signal(&line.json, WTERMSIG(death->status));
	else
		json_number(
		    &line.json, "status", (uint64_t)WEXITSTATUS(death->status));
	json_number(&line.json, "connections_lost", death->connections_lost);
	master_log_partial(&line.json, master->shared);
	master_line_end(&line);
}

/* Returns false if nobody wants the line. */
static bool
master_line_begin(
    struct master_line *line, struct master *master, const char *event)
{
	if (master->log->way == RECORD_NOWHERE)
		return false;
	line->master = master;
	textbuf_init(&line->text);
	record_begin(
	    &line->json, &line->text, event, master->config->label_host);
	return true;
}

static void
master_line_end(struct master_line *line)
{
	json_end(&line->json);
	record_file_write(line->master->log, line->text.data, line->text.size);
	textbuf_free(&line->text);
}

static const char *
master_end_reason(const struct master *master)
{
	switch (master->state) {
	case MASTER_DRAINING:
		return "drained";
	case MASTER_QUITTING:
		return "quit";
	default:
		return master->ended_by != 0 ? "signal" : "failed";
	}
}

/* The names and the sums are those of -stats_json. */
static void
master_log_sums(struct json *json, const struct shared *shared)
{
	struct stats_numbers sums;

	stats_total(shared->stats, &sums);
	json_open(json, "connections", '{');
	json_number(json, "accepted", sums.value[STAT_CONNECTIONS]);
	json_number(json, "open", stats_open(&sums));
	json_number(json, "ended", sums.value[STAT_ENDED]);
	json_number(json, "lost", sums.value[STAT_LOST]);
	json_number(json, "timed_out", sums.value[STAT_TIMED_OUT]);
	json_close(json, '}');
	json_open(json, "handshakes", '{');
	json_number(json, "started", sums.value[STAT_ACCEPTS]);
	json_number(json, "finished", stats_all_finished(&sums));
	json_number(json, "failed", stats_all_failed(&sums));
	json_number(json, "lost", sums.value[STAT_HANDSHAKES_LOST]);
	json_close(json, '}');
	json_number(json, "deaths", sums.value[STAT_DEATHS]);
}

/* By its name, such as "KILL", where it has one. */
static void
master_log_signal(struct json *json, int number)
{
	const char *name = sigabbrev_np(number);

	if (name != NULL)
		json_string(json, "signal", name);
	else
		json_number(json, "signal", (uint64_t)number);
}

/*
 * Connections that had no card, because there were too many: if their worker
 * has died, they have no record.
 */
static void
master_log_partial(struct json *json, const struct shared *shared)
{
	uint64_t without = shared->connections == NULL
	    ? 0
	    : connection_board_without(shared->connections);

	if (without == 0)
		return;
	json_true(json, "partial");
	json_number(json, "without_card", without);
}
