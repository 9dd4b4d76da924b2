/*
 * A two-way pipe between the master and one child that keeps messages whole: a
 * message is one packet, so a receiver never sees half of a message whose
 * sender was killed. No function here blocks: a message that does not fit into
 * the pipe is queued, and channel_flush() sends it later.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "foundation/message.h"
#include "foundation/text.h"

/* One side of the channels between the master and a child. */
struct channel_ends {
	int control_fd;
	int text_fd[TEXT_OUTLETS];
};

struct channel_packet;
TAILQ_HEAD(channel_queue, channel_packet);

struct channel {
	int fd; /* -1: closed */
	/* Messages come from this party for that one; 0: all are refused. */
	enum message_party from, to;
	bool refused; /* a message was refused: see channel_receive */
	int passed_fd; /* came with the last message; -1: none */
	struct channel_queue queue; /* not yet sent */
	size_t queued_bytes;
};

/* Make two connected, non-blocking descriptors. 0, or -1 (reported). */
int channel_pair(int fds[2]);
/* Make all channels of a child. Returns 0, or -1 (reported). */
int channel_ends_open(struct channel_ends *ours, struct channel_ends *theirs);
void channel_ends_close(const struct channel_ends *);
/* Use this descriptor. Nothing can be received before channel_hear. */
void channel_init(struct channel *, int fd);
/* Receive the messages of one party for another from now on. */
void
channel_hear(struct channel *, enum message_party from, enum message_party to);
void channel_close(struct channel *);

/*
 * Send header and body (message->size bytes), or queue a copy. Returns 0, or
 * -1 if the other end is gone.
 */
int channel_send(struct channel *, const struct message *, const void *body);
/* Send a message without a body. Returns as channel_send. */
int channel_say(struct channel *, enum message_type, uint64_t id);
/*
 * Send a message without a body, and a descriptor with it (-1: none). It takes
 * the place of a message of its type that still waits. The descriptor stays the
 * caller's. Returns as channel_send.
 */
int channel_pass(struct channel *, const struct message *, int fd);
/* Send as much of the queue as fits. 0, or -1 if the other end is gone. */
int channel_flush(struct channel *);
/* Returns true if the queue is not empty. */
bool channel_waiting(const struct channel *);

/*
 * Receive the next message; its body goes to buf, of MESSAGE_BODY_MAX bytes.
 * Without buf, one that has a body is out of order.
 * Returns 1 if there was a message, 0 if there is none now, and -1 if the other
 * end is gone or has sent a message that is not allowed. Such a message is
 * reported, and the channel refuses all messages after it.
 */
int channel_receive(struct channel *, struct message *, void *buf);
/* Something else that the other end has said is not allowed: see above. */
void channel_refuse(struct channel *);
/*
 * Returns the descriptor that came with the last message, which is the caller's
 * then, or -1.
 */
int channel_take_passed(struct channel *);

#endif
