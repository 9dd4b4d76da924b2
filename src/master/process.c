#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/text.h"
#include "master/process.h"

static const struct channel_ends process_no_ends = { -1, { -1, -1 } };

static void process_set_channels(
    struct process *, enum message_party, const struct channel_ends *);
static _Noreturn void process_child(
    const struct process_plan *, unsigned, const struct channel_ends *, pid_t);
static text_sink process_speak;
static void process_close_all_but_kept(const struct process_plan *);
static void process_close_range(unsigned, unsigned);
static void process_silence_stdio(void);

void
process_keep_fd(struct process_plan *plan, int fd)
{
	size_t i;

	if (fd == -1)
		return;
	plan->kept_fd =
	    reallocarray(plan->kept_fd, plan->kept_count + 1, sizeof(int));
	if (plan->kept_fd == NULL)
		fatalx("out of memory");
	for (i = plan->kept_count; i > 0 && plan->kept_fd[i - 1] > fd; i--)
		plan->kept_fd[i] = plan->kept_fd[i - 1];
	plan->kept_fd[i] = fd;
	plan->kept_count++;
}

void
process_plan_close(struct process_plan *plan)
{
	free(plan->kept_fd);
}

void
process_init(struct process *process)
{
	memset(process, 0, sizeof(*process));
	process_set_channels(process, 0, &process_no_ends);
}

int
process_start(struct process *process, const struct process_plan *plan,
    unsigned slot, const char *name)
{
	struct channel_ends ours, theirs;
	pid_t master = getpid();

	if (channel_ends_open(&ours, &theirs) == -1)
		return -1;
	process->pid = fork();
	if (process->pid == 0)
		process_child(plan, slot, &theirs, master);
	channel_ends_close(&theirs);
	if (process->pid == -1) {
		log_warn("cannot fork %s", name);
		process->pid = 0;
		channel_ends_close(&ours);
		return -1;
	}
	process_set_channels(process, plan->party, &ours);
	process->ready = false;
	process->retired = false;
	process->started_ms = monotime_ms();
	process->respawn_ms = 0;
	return 0;
}

void
process_close_channels(struct process *process)
{
	unsigned i;

	channel_close(&process->control);
	for (i = 0; i < TEXT_OUTLETS; i++)
		channel_close(&process->text[i]);
}

bool
process_is_refused(const struct process *process)
{
	bool refused = process->control.refused;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		refused = refused || process->text[i].refused;
	return refused;
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
		channel_hear(&process->text[i], party, PARTY_PRINTER);
	}
}

/*
 * The kernel kills the child when the master dies, even a stopped one; the
 * second check covers a master that died before prctl(2).
 */
static void
process_child(const struct process_plan *plan, unsigned slot,
    const struct channel_ends *ends, pid_t master)
{
	struct process_plan own = *plan;
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
	process_keep_fd(&own, ends->control_fd);
	for (i = 0; i < TEXT_OUTLETS; i++)
		process_keep_fd(&own, ends->text_fd[i]);
	process_close_all_but_kept(&own);
	process_silence_stdio();
	plan->run(plan->arg, slot, ends);
	_exit(1);
}

/*
 * A text_sink, until the child has one of its own: what the child says before
 * that must not go the master's way, where nobody in this process sends it on.
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
process_close_all_but_kept(const struct process_plan *plan)
{
	unsigned from = STDERR_FILENO + 1;
	size_t i;

	for (i = 0; i < plan->kept_count; i++) {
		if ((unsigned)plan->kept_fd[i] > from)
			process_close_range(
			    from, (unsigned)plan->kept_fd[i] - 1);
		if ((unsigned)plan->kept_fd[i] >= from)
			from = (unsigned)plan->kept_fd[i] + 1;
	}
	process_close_range(from, ~0U);
}

/* The kernel has had it for longer than some libraries. */
static void
process_close_range(unsigned first, unsigned last)
{
	syscall(SYS_close_range, first, last, 0);
}

/*
 * A child has no terminal: what it says goes through the text channel. Only a
 * sanitizer's report goes to standard error itself.
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
