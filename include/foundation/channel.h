/*
 * A two-way pipe between the master and one worker that keeps messages whole:
 * a packet is there or it is not, so one cut by SIGKILL is never seen. Nobody
 * ever blocks: what does not fit now is queued and sent by channel_flush().
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
	/* Whose messages come here; 0: all are refused. */
	enum message_party from, to;
	bool refused; /* a message was: see channel_receive */
	struct channel_queue queue; /* not yet sent */
	size_t queued_bytes;
};

/* Two connected descriptors, non-blocking. Returns 0, or -1 (reported). */
int channel_pair(int fds[2]);
/* All of a child's, likewise. */
int channel_ends_open(struct channel_ends *ours, struct channel_ends *theirs);
void channel_ends_close(const struct channel_ends *);
/* Nothing can be received yet. */
void channel_init(struct channel *, int fd);
/* What is received comes from this party, and is for that one. */
void
channel_hear(struct channel *, enum message_party from, enum message_party to);
void channel_close(struct channel *);

/*
 * Send header and body (message->size bytes), or queue a copy. Returns 0, or
 * -1: the other end is gone.
 */
int channel_send(struct channel *, const struct message *, const void *body);
/* Without body. */
int channel_say(struct channel *, enum message_type, uint64_t id);
/* Send what is queued. 0: as much as would go; -1: the other end is gone. */
int channel_flush(struct channel *);
bool channel_waiting(const struct channel *);

/*
 * The next message; its body goes to buf, of MESSAGE_BODY_MAX bytes. Returns
 * 1: there is one; 0: none now; -1: the other end is gone, or sent what it must
 * not. That is reported, and the channel refuses all that follows it.
 */
int channel_receive(struct channel *, struct message *, void *buf);

#endif
