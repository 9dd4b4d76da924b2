#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/config.h"
#include "fetch/fetcher.h"
#include "fetch/transfer.h"
#include "foundation/channel.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/proctitle.h"
#include "foundation/signals.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "shared/fetch_board.h"

/* The greatest number of requests at the same time. */
#define FETCHER_CHILDREN 32
/* A child has its own time limit, with a better message; ours is later. */
#define FETCHER_GRACE_MS 700
#define FETCHER_READ	 (16 * 1024)

struct fetcher_child {
	pid_t pid; /* 0: none */
	int fd; /* the child writes its result to this pipe */
	int entry; /* number of the board's entry */
	int64_t kill_ms;
	struct textbuf result; /* a struct fetcher_result, then bytes */
};

struct fetcher_result {
	int64_t valid_ms;
	bool good;
};

struct fetcher {
	const struct fetcher_setup *setup;
	struct channel control, text;
	struct fetcher_child child[FETCHER_CHILDREN];
	struct pollfd pollfds[FETCHER_CHILDREN + 1];
	unsigned char body[MESSAGE_BODY_MAX];
};

static void fetcher_open(struct fetcher *, int, int);
static void fetcher_text(enum text_stream, const void *, size_t, void *);
static int fetcher_prepare(struct fetcher *);
static void fetcher_control(struct fetcher *);
static _Noreturn void fetcher_exit(struct fetcher *);
static void fetcher_begin_all(struct fetcher *);
static struct fetcher_child *fetcher_room(struct fetcher *);
static bool fetcher_begin(
    struct fetcher *, struct fetcher_child *, const struct fetch_request *);
static _Noreturn void
fetcher_child_run(struct fetcher *, const struct fetch_request *, int, pid_t);
static void fetcher_write(int, const void *, size_t);
static void fetcher_read(struct fetcher *, struct fetcher_child *);
static void fetcher_over(struct fetcher *, struct fetcher_child *);
static void
fetcher_give(struct fetcher *, int, const struct fetch_answer *, int64_t);

void
fetcher_run(void *setup, unsigned slot, const struct channel_ends *ends)
{
	struct fetcher *fetcher;
	struct fetcher_child *child;
	int i;

	(void)slot;
	if ((fetcher = calloc(1, sizeof(*fetcher))) == NULL)
		fatalx("out of memory");
	fetcher->setup = setup;
	fetcher_open(fetcher, ends->control_fd, ends->text_fd[0]);
	for (;;) {
		fetcher_begin_all(fetcher);
		poll(fetcher->pollfds, FETCHER_CHILDREN + 1,
		    fetcher_prepare(fetcher));
		if (fetcher->pollfds[FETCHER_CHILDREN].revents != 0)
			fetcher_control(fetcher);
		for (i = 0; i < FETCHER_CHILDREN; i++) {
			child = &fetcher->child[i];
			if (child->pid == 0)
				continue;
			if (fetcher->pollfds[i].revents != 0)
				fetcher_read(fetcher, child);
			else if (monotime_ms() >= child->kill_ms)
				fetcher_over(fetcher, child);
		}
	}
}

static void
fetcher_open(struct fetcher *fetcher, int control_fd, int text_fd)
{
	proctitle_set("fetcher of %s", fetcher->setup->address);
	signals_in_worker();
	/* A memory file may exceed the limit of file sizes (setrlimit). */
	signal(SIGXFSZ, SIG_IGN);
	channel_init(&fetcher->control, control_fd);
	channel_hear(&fetcher->control, PARTY_MASTER, PARTY_FETCHER);
	channel_init(&fetcher->text, text_fd);
	text_set_sink(fetcher_text, fetcher);
	fetch_board_restart(fetcher->setup->board);
	if (channel_say(&fetcher->control, MESSAGE_READY, 0) == -1)
		_exit(1);
}

/* A text_sink. Drops the text if the pipe to the master is still full. */
static void
fetcher_text(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct fetcher *fetcher = arg;
	struct message message = { .type = MESSAGE_TEXT,
		.size = (uint32_t)size,
		.stream = (uint16_t)stream };

	if (size <= MESSAGE_BODY_MAX && channel_flush(&fetcher->text) == 0 &&
	    !channel_waiting(&fetcher->text))
		channel_send(&fetcher->text, &message, data);
}

/* Returns the longest time to wait, in ms. */
static int
fetcher_prepare(struct fetcher *fetcher)
{
	int64_t now_ms = monotime_ms(), next_ms = -1;
	struct fetcher_child *child;
	struct channel *control = &fetcher->control;
	int i;

	for (i = 0; i < FETCHER_CHILDREN; i++) {
		child = &fetcher->child[i];
		fetcher->pollfds[i] =
		    (struct pollfd){ .fd = child->pid == 0 ? -1 : child->fd,
			    .events = POLLIN };
		if (child->pid != 0 &&
		    (next_ms == -1 || child->kill_ms < next_ms))
			next_ms = child->kill_ms;
	}
	fetcher->pollfds[FETCHER_CHILDREN] = (struct pollfd){ .fd = control->fd,
		.events =
		    channel_waiting(control) ? POLLIN | POLLOUT : POLLIN };
	if (next_ms == -1)
		return -1;
	return next_ms <= now_ms ? 0 : (int)(next_ms - now_ms);
}

/* A message only says that there are requests; the board contains them. */
static void
fetcher_control(struct fetcher *fetcher)
{
	struct message message;
	int received;

	if (channel_flush(&fetcher->control) == -1)
		fetcher_exit(fetcher);
	do
		received =
		    channel_receive(&fetcher->control, &message, fetcher->body);
	while (received == 1);
	if (received == -1)
		fetcher_exit(fetcher);
}

/* Ends and reaps all children first. */
static _Noreturn void
fetcher_exit(struct fetcher *fetcher)
{
	int i;

	for (i = 0; i < FETCHER_CHILDREN; i++)
		if (fetcher->child[i].pid != 0)
			kill(fetcher->child[i].pid, SIGKILL);
	while (wait(NULL) != -1 || errno == EINTR)
		;
	_exit(0);
}

static void
fetcher_begin_all(struct fetcher *fetcher)
{
	static const struct fetch_answer failed = { .good = false };
	uint8_t bytes[FETCH_REQUEST_MAX];
	struct fetcher_child *child;
	struct fetch_request request;
	size_t size;
	int entry;

	while ((child = fetcher_room(fetcher)) != NULL &&
	    (entry = fetch_board_take(fetcher->setup->board, bytes, &size)) !=
		-1) {
		child->entry = entry;
		if (!fetch_request_decode(&request, bytes, size) ||
		    !fetcher_begin(fetcher, child, &request))
			fetcher_give(fetcher, entry, &failed, 0);
	}
}

static struct fetcher_child *
fetcher_room(struct fetcher *fetcher)
{
	int i;

	for (i = 0; i < FETCHER_CHILDREN; i++)
		if (fetcher->child[i].pid == 0)
			return &fetcher->child[i];
	return NULL;
}

static bool
fetcher_begin(struct fetcher *fetcher, struct fetcher_child *child,
    const struct fetch_request *request)
{
	pid_t parent = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1) {
		log_warn("cannot make a pipe to fetch through");
		return false;
	}
	child->pid = fork();
	if (child->pid == 0) {
		close(fds[0]);
		fetcher_child_run(fetcher, request, fds[1], parent);
	}
	close(fds[1]);
	if (child->pid == -1) {
		log_warn("cannot fork a process to fetch");
		child->pid = 0;
		close(fds[0]);
		return false;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	child->fd = fds[0];
	textbuf_init(&child->result);
	child->kill_ms = monotime_ms() +
	    config_fetch_limit_ms(fetcher->setup->config) + FETCHER_GRACE_MS;
	return true;
}

static _Noreturn void
fetcher_child_run(struct fetcher *fetcher, const struct fetch_request *request,
    int fd, pid_t parent)
{
	struct fetcher_result result;
	struct fetch_answer answer;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
	memset(&result, 0, sizeof(result));
	result.valid_ms = transfer_perform(request, fetcher->setup->config,
	    fetch_board_answer_max(fetcher->setup->board), &answer);
	result.good = answer.good;
	fetcher_write(fd, &result, sizeof(result));
	fetcher_write(fd, answer.data, answer.size);
	_exit(0);
}

static void
fetcher_write(int fd, const void *data, size_t size)
{
	const char *at = data;
	ssize_t n;

	while (size > 0) {
		if ((n = write(fd, at, size)) == -1)
			_exit(1);
		at += n;
		size -= (size_t)n;
	}
}

static void
fetcher_read(struct fetcher *fetcher, struct fetcher_child *child)
{
	char bytes[FETCHER_READ];
	ssize_t n;

	if ((n = read(child->fd, bytes, sizeof(bytes))) > 0 &&
	    child->result.size <
		fetch_board_answer_max(fetcher->setup->board) + sizeof(bytes))
		textbuf_append(&child->result, bytes, (size_t)n);
	else if (n != -1 || (errno != EAGAIN && errno != EINTR))
		fetcher_over(fetcher, child);
}

/* The child has ended, or its time is over; then its result is dropped. */
static void
fetcher_over(struct fetcher *fetcher, struct fetcher_child *child)
{
	struct fetch_answer answer = { .good = false };
	struct fetcher_result result = { .valid_ms = 0 };
	bool late = monotime_ms() >= child->kill_ms;
	int status;

	if (late)
		kill(child->pid, SIGKILL);
	close(child->fd);
	while (waitpid(child->pid, &status, 0) == -1 && errno == EINTR)
		;
	if (!late && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    child->result.size >= sizeof(result)) {
		memcpy(&result, child->result.data, sizeof(result));
		answer.good = result.good;
		answer.data = (uint8_t *)child->result.data + sizeof(result);
		answer.size = child->result.size - sizeof(result);
	}
	fetcher_give(fetcher, child->entry, &answer, result.valid_ms);
	textbuf_free(&child->result);
	child->pid = 0;
}

static void
fetcher_give(struct fetcher *fetcher, int entry,
    const struct fetch_answer *answer, int64_t valid_ms)
{
	fetch_board_give(fetcher->setup->board, entry, answer, valid_ms);
	if (!channel_waiting(&fetcher->control) &&
	    channel_say(&fetcher->control, MESSAGE_FETCHED, 0) == -1)
		fetcher_exit(fetcher);
}
