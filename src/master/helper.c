#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foundation/log.h"
#include "master/helper.h"
#include "master/output.h"
#include "master/pollset.h"

/* How long it may take to end by itself. */
#define HELPER_QUIT_MS 100

static struct process *helper_process(struct helper *);

int
helper_open(struct helper *helper, process_main *run, void *arg, int fd,
    struct output *output)
{
	helper->output = output;
	if (run == NULL)
		return 0;
	helper->wanted = true;
	if (process_table_open(&helper->table, PARTY_FETCHER, 1, run, arg) ==
		-1 ||
	    relay_open(&helper->relay, &helper->table, output) == -1)
		return -1;
	process_keep_fd(&helper->table, fd);
	return process_spawn(&helper->table, 0);
}

void
helper_close(struct helper *helper)
{
	struct process *process;
	struct pollfd pollfd;

	if (!helper->wanted || helper->table.slot == NULL)
		return;
	process = helper_process(helper);
	if (process->pid != 0) {
		/* It reads the end of its channel, and then we that of ours. */
		shutdown(process->control.fd, SHUT_WR);
		pollfd = (struct pollfd){ .fd = process->text[0].fd };
		poll(&pollfd, 1, HELPER_QUIT_MS);
		kill(process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
	}
	relay_close(&helper->relay);
	process_table_close(&helper->table);
	helper->wanted = false;
}

void
helper_prepare(struct helper *helper, struct pollset *set)
{
	struct pollfd control = { .fd = -1, .events = POLLIN }, text = control;
	struct process *process;

	if (helper->wanted) {
		process = helper_process(helper);
		control.fd = process->control.fd;
		if (channel_waiting(&process->control))
			control.events |= POLLOUT;
		if (!output_full(helper->output, 0))
			text.fd = process->text[0].fd;
	}
	helper->control_place = pollset_add(set, control);
	helper->text_place = pollset_add(set, text);
}

bool
helper_dispatch(struct helper *helper, const struct pollset *set)
{
	short events = pollset_events(set, helper->control_place);
	struct channel *control;
	struct message message;
	bool news = false;

	if (pollset_events(set, helper->text_place) != 0)
		relay_read(&helper->relay, 0, 0);
	if (events == 0 || process_end_refused(&helper->table, 0))
		return false;
	control = &helper_process(helper)->control;
	if (events & POLLOUT)
		channel_flush(control);
	while (channel_receive(control, &message, helper->body) == 1) {
		if (message.type == MESSAGE_READY)
			process_said_ready(&helper->table, 0);
		news = news || message.type == MESSAGE_FETCHED;
	}
	process_end_refused(&helper->table, 0);
	return news;
}

/* One that has not read the last nudge needs no other. */
void
helper_nudge(struct helper *helper)
{
	struct channel *control;

	if (!helper->wanted)
		return;
	control = &helper_process(helper)->control;
	if (!channel_waiting(control))
		channel_say(control, MESSAGE_FETCH, 0);
}

void
helper_tend(struct helper *helper, int64_t now_ms)
{
	if (helper->wanted)
		process_tend(&helper->table, now_ms);
}

int64_t
helper_due_ms(const struct helper *helper)
{
	return helper->wanted ? process_due_ms(&helper->table) : 0;
}

int
helper_reaped(struct helper *helper, pid_t pid, int status, bool expected)
{
	if (!helper->wanted || process_slot(&helper->table, pid) == -1)
		return 0;
	relay_bury(&helper->relay, 0);
	if (!expected && WIFSIGNALED(status))
		log_warnx("the fetcher (pid %ld) was killed by signal %d",
		    (long)pid, WTERMSIG(status));
	else if (!expected)
		log_warnx("the fetcher (pid %ld) exited with status %d",
		    (long)pid, WEXITSTATUS(status));
	if (process_bury(&helper->table, 0, !expected) == 0)
		return 1;
	log_warnx("the fetcher died at once %d times in a row: giving up",
	    PROCESS_DEATHS_MAX);
	return -1;
}

static struct process *
helper_process(struct helper *helper)
{
	return &helper->table.slot[0];
}
