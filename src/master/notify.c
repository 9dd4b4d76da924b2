#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "foundation/activation.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/notify.h"

/* The manager's queue was full: try again after so long. */
#define NOTIFY_AGAIN_MS	   50
#define NOTIFY_MESSAGE_MAX 512

static int64_t notify_due_ms(const void *, int64_t);
static void notify_act(void *, int64_t);
static int notify_set_address(struct notify *);
static bool notify_send(struct notify *, const char *);
static void notify_send_waiting(struct notify *, int64_t);

const struct source notify_source = {
	.due_ms = notify_due_ms,
	.act = notify_act,
};

void
notify_open(struct notify *notify, const struct activation *activation)
{
	memset(notify, 0, sizeof(*notify));
	textbuf_init(&notify->waiting);
	notify->fd = -1;
	notify->name = activation->notify;
	if (*notify->name == '\0')
		return;
	if (notify_set_address(notify) == -1) {
		log_warnx("NOTIFY_SOCKET %s: not the address of a UNIX socket",
		    notify->name);
		return;
	}
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd == -1) {
		log_warn("NOTIFY_SOCKET");
		return;
	}
	notify->period_ms = (activation->watchdog_ms + 1) / 2;
	if (notify->period_ms > 0)
		notify->alive_ms = monotime_ms() + notify->period_ms;
}

void
notify_close(struct notify *notify)
{
	if (notify->fd == -1)
		return;
	notify_send_waiting(notify, monotime_ms());
	textbuf_free(&notify->waiting);
	close(notify->fd);
	notify->fd = -1;
}

void
notify_say(struct notify *notify, const char *fmt, ...)
{
	char message[NOTIFY_MESSAGE_MAX];
	va_list ap;

	if (notify->fd == -1)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (notify->again_ms == 0 && notify_send(notify, message))
		return;
	textbuf_append(&notify->waiting, message, strlen(message) + 1);
	notify->again_ms = monotime_ms() + NOTIFY_AGAIN_MS;
}

static int64_t
notify_due_ms(const void *self, int64_t now_ms)
{
	const struct notify *notify = self;

	(void)now_ms;
	return monotime_sooner(notify->again_ms, notify->alive_ms);
}

static void
notify_act(void *self, int64_t now_ms)
{
	struct notify *notify = self;

	if (notify->again_ms != 0 && now_ms >= notify->again_ms)
		notify_send_waiting(notify, now_ms);
	if (notify->alive_ms == 0 || now_ms < notify->alive_ms)
		return;
	notify->alive_ms = now_ms + notify->period_ms;
	/* A sign of life that comes late says nothing. */
	(void)notify_send(notify, "WATCHDOG=1");
}

/* An abstract address begins with @. Returns 0, or -1. */
static int
notify_set_address(struct notify *notify)
{
	struct sockaddr_un *address = &notify->address;
	size_t length = strlen(notify->name);

	if ((*notify->name != '/' && *notify->name != '@') ||
	    length >= sizeof(address->sun_path))
		return -1;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, notify->name, length);
	if (*notify->name == '@')
		address->sun_path[0] = '\0';
	notify->address_size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return 0;
}

/* Returns false if the manager has no room now. */
static bool
notify_send(struct notify *notify, const char *message)
{
	if (sendto(notify->fd, message, strlen(message),
		MSG_DONTWAIT | MSG_NOSIGNAL,
		(struct sockaddr *)&notify->address,
		notify->address_size) != -1)
		return true;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
		return false;
	if (!notify->warned)
		log_warn("NOTIFY_SOCKET %s", notify->name);
	notify->warned = true;
	return true;
}

static void
notify_send_waiting(struct notify *notify, int64_t now_ms)
{
	struct textbuf *waiting = &notify->waiting;

	while (waiting->size > 0 && notify_send(notify, waiting->data))
		textbuf_drop(waiting, strlen(waiting->data) + 1);
	notify->again_ms = waiting->size > 0 ? now_ms + NOTIFY_AGAIN_MS : 0;
}
