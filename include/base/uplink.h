/*
 * A worker's control channel to the master. A worker whose master is gone
 * exits at once, so no function here returns an error.
 */
#ifndef UPLINK_H
#define UPLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "foundation/channel.h"

/* Called for each message. body has message->size bytes, until the next one. */
typedef void uplink_heard(void *arg, const struct message *, const void *body);

struct uplink {
	struct loop *loop;
	struct channel channel;
	struct loop_event event;
	uint32_t events; /* that the event is registered for */
	uplink_heard *heard;
	void *arg; /* of heard */
	uint8_t body[MESSAGE_BODY_MAX]; /* of the current message */
};

/* Returns 0, or -1 (reported). */
int
uplink_open(struct uplink *, struct loop *, int fd, uplink_heard *, void *arg);
void uplink_say(struct uplink *, enum message_type, uint64_t id);
void uplink_say_opened(struct uplink *, uint64_t id, bool held);
/* Lines of -log: MESSAGE_BODY_MAX bytes at most. */
void uplink_say_lines(struct uplink *, const void *lines, uint32_t size);
/* Returns how many bytes wait for the master. */
size_t uplink_queued(const struct uplink *);
/* Give the master some time to take them. */
void uplink_flush(struct uplink *, int timeout_ms);
/* Must be called once a turn: waits for room if messages are queued. */
void uplink_watch(struct uplink *);

#endif
