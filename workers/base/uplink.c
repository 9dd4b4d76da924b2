#include <poll.h>
#include <unistd.h>

#include "base/uplink.h"
#include "foundation/monotime.h"

static void uplink_send(struct uplink *, const struct message *, const void *);
static void uplink_on_event(void *, uint32_t);

int
uplink_open(struct uplink *uplink, struct loop *loop, int fd,
    uplink_heard *heard, void *arg)
{
	uplink->loop = loop;
	uplink->heard = heard;
	uplink->arg = arg;
	channel_init(&uplink->channel, fd);
	channel_hear(&uplink->channel, PARTY_MASTER, PARTY_WORKER);
	uplink->event = (struct loop_event){ uplink_on_event, uplink, -1 };
	uplink->events = EPOLLIN;
	return loop_add(loop, &uplink->event, fd, uplink->events);
}

void
uplink_say(struct uplink *uplink, enum message_type type, uint64_t id)
{
	struct message message = { .type = type, .id = id };

	uplink_send(uplink, &message, NULL);
}

void
uplink_say_opened(struct uplink *uplink, uint64_t id, bool held)
{
	struct message message = { .type = MESSAGE_OPENED,
		.id = id,
		.flags = held ? MESSAGE_FLAG_HELD : 0 };

	uplink_send(uplink, &message, NULL);
}

void
uplink_say_lines(struct uplink *uplink, const void *lines, uint32_t size)
{
	struct message message = { .type = MESSAGE_LOG, .size = size };

	uplink_send(uplink, &message, lines);
}

size_t
uplink_queued(const struct uplink *uplink)
{
	return uplink->channel.queued_bytes;
}

void
uplink_flush(struct uplink *uplink, int timeout_ms)
{
	int64_t end_ms = monotime_ms() + timeout_ms, left_ms;
	struct pollfd pollfd = { .fd = uplink->channel.fd, .events = POLLOUT };

	while (channel_waiting(&uplink->channel) &&
	    (left_ms = end_ms - monotime_ms()) > 0) {
		poll(&pollfd, 1, (int)left_ms);
		if (channel_flush(&uplink->channel) == -1)
			return;
	}
}

void
uplink_watch(struct uplink *uplink)
{
	loop_watch(uplink->loop, &uplink->event, &uplink->events,
	    EPOLLIN |
		(channel_waiting(&uplink->channel) ? (uint32_t)EPOLLOUT : 0));
}

static void
uplink_send(
    struct uplink *uplink, const struct message *message, const void *body)
{
	if (channel_send(&uplink->channel, message, body) == -1)
		_exit(1);
}

static void
uplink_on_event(void *arg, uint32_t events)
{
	struct uplink *uplink = arg;
	struct message message;
	int received;

	if ((events & EPOLLOUT) && channel_flush(&uplink->channel) == -1)
		_exit(1);
	while ((received = channel_receive(
		    &uplink->channel, &message, uplink->body)) == 1)
		uplink->heard(uplink->arg, &message, uplink->body);
	if (received == -1)
		_exit(1);
}
