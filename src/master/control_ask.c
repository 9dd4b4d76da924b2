#include "master/control_ask.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "master/control_line.h"

/* So long may an answer take, beside the seconds of a wait. */
#define ASK_PATIENCE_S	 5
#define ASK_AGAIN_MS	 20
#define ASK_STATUS_OK	 0
#define ASK_STATUS_ERROR 1
#define ASK_STATUS_NONE	 2 /* no condition, or no such number */

struct ask {
	const char *path;
	struct textbuf line, answer;
	bool waits; /* the command is a wait */
	unsigned patience_s;
	int64_t deadline_ms;
	int fd;
};

static int ask_make_line(struct ask *, int, char *const[]);
static int ask_run(struct ask *);
static int ask_connect(struct ask *);
static bool ask_again(const struct ask *);
static int ask_send(struct ask *);
static int ask_receive(struct ask *);
static int ask_await(const struct ask *, short);
static int ask_fail(const struct ask *);
static int ask_status(const struct ask *);
static const char *ask_last_line(const struct ask *);

int
control_ask(const char *path, int count, char *const words[])
{
	struct ask ask = { .path = path, .fd = -1 };
	int status = ASK_STATUS_ERROR;

	textbuf_init(&ask.line);
	textbuf_init(&ask.answer);
	if (ask_make_line(&ask, count, words) == 0)
		status = ask_run(&ask);
	if (ask.fd != -1)
		close(ask.fd);
	textbuf_free(&ask.line);
	textbuf_free(&ask.answer);
	return status;
}

/* Returns 0, or -1 (reported). What the words mean is the server's affair. */
static int
ask_make_line(struct ask *ask, int count, char *const words[])
{
	struct control_order order;
	struct textbuf error;
	int i;

	for (i = 0; i < count; i++)
		textbuf_printf(&ask->line, "%s%s", i > 0 ? " " : "", words[i]);
	if (ask->line.size == 0 || strchr(ask->line.data, '\n') != NULL) {
		log_warnx("-ctl %s: the command is not one line", ask->path);
		return -1;
	}
	if (ask->line.size > CONTROL_LINE_MAX) {
		log_warnx("-ctl %s: the command has more than %d bytes",
		    ask->path, CONTROL_LINE_MAX);
		return -1;
	}
	ask->patience_s = ASK_PATIENCE_S;
	ask->waits = strcmp(words[0], "wait") == 0 ||
	    strncmp(words[0], "wait ", strlen("wait ")) == 0;
	textbuf_init(&error);
	if (control_line_read(&order, ask->line.data, ask->line.size, &error) ==
	    0)
		ask->patience_s += (unsigned)order.seconds;
	textbuf_free(&error);
	textbuf_puts(&ask->line, "\n");
	return 0;
}

static int
ask_run(struct ask *ask)
{
	ask->deadline_ms = monotime_ms() + INT64_C(1000) * ask->patience_s;
	if (ask_connect(ask) == -1 || ask_send(ask) == -1 ||
	    ask_receive(ask) == -1)
		return ASK_STATUS_ERROR;
	text_write(TEXT_OUT, ask->answer.data, ask->answer.size);
	return ask_status(ask);
}

/* Returns 0, or -1 (reported). */
static int
ask_connect(struct ask *ask)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlcpy(address.sun_path, ask->path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		log_warnx("-ctl %s: longer than %zu bytes", ask->path,
		    sizeof(address.sun_path) - 1);
		return -1;
	}
	ask->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	while (ask->fd == -1 ||
	    connect(ask->fd, (struct sockaddr *)&address, sizeof(address)) ==
		-1) {
		if (ask->fd != -1 && ask_again(ask)) {
			poll(NULL, 0, ASK_AGAIN_MS);
			continue;
		}
		log_warn("-ctl %s", ask->path);
		return -1;
	}
	return 0;
}

/*
 * Its queue is full; or who waits for something may have begun to do so before
 * the server has made its socket. Keeps errno.
 */
static bool
ask_again(const struct ask *ask)
{
	int64_t left_ms = ask->deadline_ms - monotime_ms();

	if (ask->waits && (errno == ENOENT || errno == ECONNREFUSED))
		left_ms -= INT64_C(1000) * (ask->patience_s - ASK_PATIENCE_S);
	else if (errno != EAGAIN)
		return false;
	return left_ms > 0;
}

/*
 * Returns 0, or -1 (reported). A server that says at once that it takes no
 * command has closed its end.
 */
static int
ask_send(struct ask *ask)
{
	size_t sent = 0;
	ssize_t n;

	while (sent < ask->line.size) {
		n = send(ask->fd, ask->line.data + sent, ask->line.size - sent,
		    MSG_NOSIGNAL);
		if (n >= 0)
			sent += (size_t)n;
		else if (errno == EPIPE || errno == ECONNRESET)
			return 0;
		else if (errno != EAGAIN || ask_await(ask, POLLOUT) == -1)
			return ask_fail(ask);
	}
	shutdown(ask->fd, SHUT_WR);
	return 0;
}

/* Returns 0, or -1 (reported). */
static int
ask_receive(struct ask *ask)
{
	char part[16 * 1024];
	ssize_t n;

	for (;;) {
		n = read(ask->fd, part, sizeof(part));
		if (n == 0 || (n == -1 && errno == ECONNRESET))
			return 0;
		if (n > 0)
			textbuf_append(&ask->answer, part, (size_t)n);
		else if (errno != EAGAIN || ask_await(ask, POLLIN) == -1)
			return ask_fail(ask);
	}
}

/* Returns 0, or -1 with errno. */
static int
ask_await(const struct ask *ask, short events)
{
	struct pollfd pollfd = { .fd = ask->fd, .events = events };
	int left = monotime_left(monotime_ms(), ask->deadline_ms);

	if (poll(&pollfd, 1, left) != 0)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

/* Report errno. Returns -1. */
static int
ask_fail(const struct ask *ask)
{
	if (errno == ETIMEDOUT)
		log_warnx("-ctl %s: no answer within %u seconds", ask->path,
		    ask->patience_s);
	else
		log_warn("-ctl %s", ask->path);
	return -1;
}

/* The answer was printed, and says itself what is wrong. */
static int
ask_status(const struct ask *ask)
{
	const char *line = ask_last_line(ask);

	if (strncmp(line, "ok", 2) == 0)
		return ASK_STATUS_OK;
	if (strncmp(line, "error", strlen("error")) != 0)
		log_warnx("-ctl %s: the server has ended before it answered",
		    ask->path);
	if (ask->waits &&
	    (strstr(line, "error usage: ") == line ||
		strstr(line, "error wait: ") == line))
		return ASK_STATUS_NONE;
	return ASK_STATUS_ERROR;
}

static const char *
ask_last_line(const struct ask *ask)
{
	const char *data = ask->answer.data;
	size_t at = ask->answer.size;

	if (at == 0 || data[at - 1] != '\n')
		return "";
	for (at--; at > 0 && data[at - 1] != '\n'; at--)
		;
	return data + at;
}
