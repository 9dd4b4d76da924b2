#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foundation/descriptors.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/text.h"
#include "master/process.h"

/* Alive for less than this after it was ready: it died "at once". */
#define PROCESS_AT_ONCE_MS 100
/* Alive for as long as this: earlier deaths are forgotten. */
#define PROCESS_FORGET_MS    10000
#define PROCESS_DELAY_MAX_MS 2000

static const struct channel_ends process_no_ends = { -1, { -1, -1 } };

static void process_set_channels(
    struct process *, enum message_party, const struct channel_ends *);
static void process_close_channels(struct process *);
static _Noreturn void process_child(
    struct process_table *, unsigned, const struct channel_ends *, pid_t);
static void process_close_all_but_kept(const struct process_table *);
static text_sink process_speak;
static void process_silence_stdio(void);
static struct process *process_first(const struct process_table *, unsigned);
static bool process_died_at_once(const struct process *, int64_t);
static void process_kill_late(struct process_table *, unsigned);

int
process_table_open(struct process_table *table, enum message_party party,
    unsigned children, process_main *run, void *arg)
{
	unsigned i, slots = children * PROCESS_GENERATIONS;

	memset(table, 0, sizeof(*table));
	if ((table->slot = calloc(slots, sizeof(*table->slot))) == NULL) {
		log_warn("cannot make a table of %u processes", slots);
		return -1;
	}
	table->party = party;
	table->slots = slots;
	table->children = children;
	table->run = run;
	table->arg = arg;
	for (i = 0; i < slots; i++) {
		process_set_channels(&table->slot[i], party, &process_no_ends);
	}
	return 0;
}

void
process_table_close(struct process_table *table)
{
	unsigned i;

	for (i = 0; i < table->slots; i++) {
		process_close_channels(&table->slot[i]);
	}
	free(table->slot);
	free(table->kept_fd);
}

void
process_keep_fd(struct process_table *table, int fd)
{
	size_t i;

	if (fd == -1)
		return;
	table->kept_fd =
	    reallocarray(table->kept_fd, table->kept_count + 1, sizeof(int));
	if (table->kept_fd == NULL)
		fatalx("out of memory");
	for (i = table->kept_count; i > 0 && table->kept_fd[i - 1] > fd; i--)
		table->kept_fd[i] = table->kept_fd[i - 1];
	table->kept_fd[i] = fd;
	table->kept_count++;
}

unsigned
process_number(const struct process_table *table, unsigned slot)
{
	return slot % table->children + 1;
}

bool
process_is_newest(const struct process_table *table, unsigned slot)
{
	return slot / table->children == table->generation;
}

int
process_spawn(struct process_table *table, unsigned slot)
{
	struct process *process = &table->slot[slot];
	struct channel_ends ours, theirs;
	pid_t master = getpid();

	if (channel_ends_open(&ours, &theirs) == -1)
		return -1;
	process->pid = fork();
	if (process->pid == 0)
		process_child(table, slot, &theirs, master);
	channel_ends_close(&theirs);
	if (process->pid == -1) {
		log_warn("cannot fork process %u of the pool",
		    process_number(table, slot));
		process->pid = 0;
		channel_ends_close(&ours);
		return -1;
	}
	process_set_channels(process, table->party, &ours);
	process->ready = false;
	process->retired = false;
	process->started_ms = monotime_ms();
	process->ready_by_ms = process->started_ms + PROCESS_READY_MS;
	process->respawn_ms = 0;
	return 0;
}

pid_t
process_reap(int *status)
{
	pid_t pid = waitpid(-1, status, WNOHANG);

	return pid > 0 ? pid : -1;
}

int
process_slot(const struct process_table *table, pid_t pid)
{
	unsigned i;

	for (i = 0; i < table->slots; i++)
		if (table->slot[i].pid == pid)
			return (int)i;
	return -1;
}

int
process_bury(struct process_table *table, unsigned slot, bool respawn)
{
	struct process *process = &table->slot[slot];
	int64_t now_ms = monotime_ms(), delay_ms = 0;
	unsigned i;

	if (respawn && process_died_at_once(process, now_ms)) {
		table->deaths_at_once++;
		for (i = 1, delay_ms = 10; i < table->deaths_at_once; i++)
			if (delay_ms < PROCESS_DELAY_MAX_MS)
				delay_ms *= 2;
	} else if (now_ms - process->started_ms >= PROCESS_FORGET_MS) {
		table->deaths_at_once = 0;
	}
	process_close_channels(process);
	process->pid = 0;
	process->ready = false;
	process->ready_by_ms = 0;
	if (!respawn)
		return 0;
	if (table->deaths_at_once >= PROCESS_DEATHS_MAX)
		return -1;
	process->respawn_ms = now_ms + delay_ms;
	return 0;
}

void
process_tend(struct process_table *table, int64_t now_ms)
{
	struct process *process;
	unsigned i;

	for (i = 0; i < table->slots; i++) {
		process = &table->slot[i];
		if (process->ready_by_ms != 0 && process->ready_by_ms <= now_ms)
			process_kill_late(table, i);
		/* No memory or no process left: try again in a while. */
		if (process->respawn_ms != 0 && process->respawn_ms <= now_ms &&
		    process_spawn(table, i) == -1)
			process->respawn_ms = now_ms + PROCESS_DELAY_MAX_MS;
	}
}

int64_t
process_due_ms(const struct process_table *table)
{
	const struct process *process, *end = table->slot + table->slots;
	int64_t due_ms = 0;

	for (process = table->slot; process < end; process++) {
		due_ms = monotime_sooner(due_ms, process->respawn_ms);
		due_ms = monotime_sooner(due_ms, process->ready_by_ms);
	}
	return due_ms;
}

int
process_check_room(const struct process_table *table)
{
	return descriptors_check(
	    (table->children + 1) * PROCESS_DESCRIPTORS, "nothing is reloaded");
}

void
process_next_generation(struct process_table *table)
{
	unsigned i, slot;

	table->generation = (table->generation + 1) % PROCESS_GENERATIONS;
	/* What killed others may be gone with what they were born with. */
	table->deaths_at_once = 0;
	for (slot = 0; slot < table->slots; slot++)
		table->slot[slot].respawn_ms = 0;
	for (i = 0; i < table->children; i++) {
		slot = table->generation * table->children + i;
		table->slot[slot].late = false;
		if (process_spawn(table, slot) == -1)
			table->slot[slot].respawn_ms =
			    monotime_ms() + PROCESS_DELAY_MAX_MS;
	}
}

void
process_said_ready(struct process_table *table, unsigned slot)
{
	struct process *process = &table->slot[slot];

	process->ready = true;
	process->late = false;
	process->ready_ms = monotime_ms();
	process->ready_by_ms = 0;
}

bool
process_end_refused(struct process_table *table, unsigned slot)
{
	struct process *process = &table->slot[slot];
	bool refused = process->control.refused;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		refused = refused || process->text[i].refused;
	if (!refused)
		return false;
	log_warnx("process %u of the pool (pid %ld) said what it must not: "
		  "it is ended",
	    process_number(table, slot), (long)process->pid);
	kill(process->pid, SIGKILL);
	process_close_channels(process);
	return true;
}

bool
process_can_serve(const struct process_table *table)
{
	const struct process *process, *end;
	bool somebody = false;

	process = process_first(table, table->generation);
	for (end = process + table->children; process < end; process++) {
		if (!process->ready && !process->late)
			return false;
		somebody = somebody || process->ready;
	}
	return somebody;
}

unsigned
process_alive(const struct process_table *table)
{
	unsigned generation, alive = 0;

	for (generation = 0; generation < PROCESS_GENERATIONS; generation++)
		alive += process_alive_in(table, generation);
	return alive;
}

unsigned
process_alive_in(const struct process_table *table, unsigned generation)
{
	const struct process *process = process_first(table, generation), *end;
	unsigned alive = 0;

	for (end = process + table->children; process < end; process++)
		alive += process->pid != 0;
	return alive;
}

void
process_say_in(const struct process_table *table, unsigned generation,
    enum message_type type)
{
	struct process *process = process_first(table, generation), *end;

	for (end = process + table->children; process < end; process++)
		if (process->pid != 0)
			channel_say(&process->control, type, 0);
}

void
process_say_all(const struct process_table *table, enum message_type type)
{
	unsigned generation;

	for (generation = 0; generation < PROCESS_GENERATIONS; generation++)
		process_say_in(table, generation, type);
}

void
process_say_ready(const struct process_table *table, enum message_type type)
{
	unsigned slot;

	for (slot = 0; slot < table->slots; slot++)
		if (table->slot[slot].ready)
			channel_say(&table->slot[slot].control, type, 0);
}

void
process_nudge_all(const struct process_table *table, enum message_type type)
{
	unsigned slot;

	for (slot = 0; slot < table->slots; slot++)
		if (table->slot[slot].pid != 0 &&
		    !channel_waiting(&table->slot[slot].control))
			channel_say(&table->slot[slot].control, type, 0);
}

void
process_kill_in(
    const struct process_table *table, unsigned generation, int number)
{
	struct process *process = process_first(table, generation), *end;

	for (end = process + table->children; process < end; process++)
		if (process->pid != 0)
			kill(process->pid, number);
}

void
process_kill_all(const struct process_table *table, int number)
{
	unsigned generation;

	for (generation = 0; generation < PROCESS_GENERATIONS; generation++)
		process_kill_in(table, generation, number);
}

static void
process_set_channels(struct process *process, enum message_party party,
    const struct channel_ends *ends)
{
	unsigned i;

	channel_init(&process->control, ends->control_fd);
	channel_hear(&process->control, party, PARTY_MASTER);
	for (i = 0; i < TEXT_OUTLETS; i++) {
		channel_init(&process->text[i], ends->text_fd[i]);
		channel_hear(&process->text[i], party, PARTY_OUTPUT);
	}
}

static void
process_close_channels(struct process *process)
{
	unsigned i;

	channel_close(&process->control);
	for (i = 0; i < TEXT_OUTLETS; i++)
		channel_close(&process->text[i]);
}

/* The others of its generation follow. */
static struct process *
process_first(const struct process_table *table, unsigned generation)
{
	return &table->slot[generation * table->children];
}

/*
 * The kernel kills the child when the master dies, even a stopped one; the
 * second check covers a master that died before prctl(2).
 */
static void
process_child(struct process_table *table, unsigned slot,
    const struct channel_ends *ends, pid_t master)
{
	struct channel text;
	unsigned i;

	/* What the master has queued is the master's to write. */
	log_before_exit(NULL, NULL);
	channel_init(&text, ends->text_fd[0]);
	text_set_sink(process_speak, &text);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		fatal("prctl");
	if (getppid() != master)
		_exit(1);
	process_keep_fd(table, ends->control_fd);
	for (i = 0; i < TEXT_OUTLETS; i++)
		process_keep_fd(table, ends->text_fd[i]);
	process_close_all_but_kept(table);
	process_silence_stdio();
	table->run(table->arg, slot, ends);
	_exit(1);
}

/*
 * A text_sink, until the child has one of its own: what it says before that
 * must not go the master's way, where nobody in this process sends it on.
 */
static void
process_speak(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct message message = { .type = MESSAGE_TEXT,
		.size = (uint32_t)size,
		.stream = (uint16_t)stream };

	if (size <= MESSAGE_BODY_MAX)
		(void)channel_send(arg, &message, data);
}

/*
 * A sibling's end of a channel, inherited, would keep the end of file from
 * ever coming; close-on-exec does nothing on fork.
 */
static void
process_close_all_but_kept(const struct process_table *table)
{
	unsigned from = STDERR_FILENO + 1;
	size_t i;

	for (i = 0; i < table->kept_count; i++) {
		if ((unsigned)table->kept_fd[i] > from)
			close_range(from, (unsigned)table->kept_fd[i] - 1, 0);
		if ((unsigned)table->kept_fd[i] >= from)
			from = (unsigned)table->kept_fd[i] + 1;
	}
	close_range(from, ~0U, 0);
}

/*
 * A worker has no terminal: what it says goes through the text channel. Only a
 * sanitizer's report goes straight to standard error.
 */
static void
process_silence_stdio(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd == -1)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
#ifndef SANITIZE
	dup2(fd, STDERR_FILENO);
#endif
	if (fd > STDERR_FILENO)
		close(fd);
}

static bool
process_died_at_once(const struct process *process, int64_t now_ms)
{
	return !process->ready ||
	    now_ms - process->ready_ms < PROCESS_AT_ONCE_MS;
}

/* Whoever hangs before it is ready would keep its place for ever. */
static void
process_kill_late(struct process_table *table, unsigned slot)
{
	struct process *process = &table->slot[slot];

	log_warnx("process %u of the pool (pid %ld) is not ready after %d s: "
		  "it is replaced",
	    process_number(table, slot), (long)process->pid,
	    PROCESS_READY_MS / 1000);
	process->late = true;
	process->ready_by_ms = 0;
	kill(process->pid, SIGKILL);
}
