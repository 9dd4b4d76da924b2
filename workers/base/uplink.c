#include <unistd.h>

#include "base/uplink.h"

static void uplink_send(struct uplink *, const struct message *);
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

	uplink_send(uplink, &message);
}

void
uplink_say_opened(struct uplink *uplink, uint64_t id, bool held)
{
	struct message message = { .type = MESSAGE_OPENED,
		.id = id,
		.flags = held ? MESSAGE_FLAG_HELD : 0 };

	uplink_send(uplink, &message);
}

void
uplink_watch(struct uplink *uplink)
{
	loop_watch(uplink->loop, &uplink->event, &uplink->events,
	    EPOLLIN |
		(channel_waiting(&uplink->channel) ? (uint32_t)EPOLLOUT : 0));
}

static void
uplink_send(struct uplink *uplink, const struct message *message)
{
	if (channel_send(&uplink->channel, message, NULL) == -1)
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
