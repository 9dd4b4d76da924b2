#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "foundation/channel.h"
#include "foundation/log.h"

struct channel_packet {
	TAILQ_ENTRY(channel_packet) entry;
	size_t size;
	unsigned char bytes[];
};

static int channel_write(int, const struct iovec *, size_t);
static void
channel_enqueue(struct channel *, const struct message *, const void *);
static void channel_dequeue(struct channel *);
static bool channel_allows(struct channel *, const struct message *, size_t);

int
channel_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, fds) == -1) {
		log_warn("cannot make a channel");
		return -1;
	}
	return 0;
}

int
channel_ends_open(struct channel_ends *ours, struct channel_ends *theirs)
{
	int pair[2];
	unsigned i;

	if (channel_pair(pair) == -1)
		return -1;
	*ours = (struct channel_ends){ pair[0], { -1, -1 } };
	*theirs = (struct channel_ends){ pair[1], { -1, -1 } };
	for (i = 0; i < TEXT_OUTLETS; i++) {
		if (channel_pair(pair) == -1) {
			channel_ends_close(ours);
			channel_ends_close(theirs);
			return -1;
		}
		ours->text_fd[i] = pair[0];
		theirs->text_fd[i] = pair[1];
	}
	return 0;
}

void
channel_ends_close(const struct channel_ends *ends)
{
	unsigned i;

	close(ends->control_fd);
	for (i = 0; i < TEXT_OUTLETS; i++)
		if (ends->text_fd[i] != -1)
			close(ends->text_fd[i]);
}

void
channel_init(struct channel *channel, int fd)
{
	memset(channel, 0, sizeof(*channel));
	channel->fd = fd;
	TAILQ_INIT(&channel->queue);
}

void
channel_hear(
    struct channel *channel, enum message_party from, enum message_party to)
{
	channel->from = from;
	channel->to = to;
}

void
channel_close(struct channel *channel)
{
	while (!TAILQ_EMPTY(&channel->queue))
		channel_dequeue(channel);
	if (channel->fd != -1)
		close(channel->fd);
	channel->fd = -1;
	channel->refused = false;
}

int
channel_send(
    struct channel *channel, const struct message *message, const void *body)
{
	struct iovec iov[2];
	int sent = 0;

	if (channel->fd == -1)
		return -1;
	iov[0].iov_base = (void *)(uintptr_t)message;
	iov[0].iov_len = sizeof(*message);
	iov[1].iov_base = (void *)(uintptr_t)body;
	iov[1].iov_len = message->size;
	if (TAILQ_EMPTY(&channel->queue) &&
	    (sent = channel_write(channel->fd, iov, 2)) == -1)
		return -1;
	if (!sent)
		channel_enqueue(channel, message, body);
	return 0;
}

int
channel_say(struct channel *channel, enum message_type type, uint64_t id)
{
	struct message message = { .type = type, .id = id };

	return channel_send(channel, &message, NULL);
}

int
channel_flush(struct channel *channel)
{
	struct channel_packet *packet;
	struct iovec iov;
	int sent;

	while ((packet = TAILQ_FIRST(&channel->queue)) != NULL) {
		iov.iov_base = packet->bytes;
		iov.iov_len = packet->size;
		if ((sent = channel_write(channel->fd, &iov, 1)) != 1)
			return sent;
		channel_dequeue(channel);
	}
	return 0;
}

bool
channel_waiting(const struct channel *channel)
{
	return !TAILQ_EMPTY(&channel->queue);
}

int
channel_receive(struct channel *channel, struct message *message, void *buf)
{
	struct iovec iov[2] = { { message, sizeof(*message) },
		{ buf, MESSAGE_BODY_MAX } };
	struct msghdr packet = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	if (channel->fd == -1 || channel->refused)
		return -1;
	do
		n = recvmsg(channel->fd, &packet, 0);
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return -1;
	return channel_allows(channel, message, (size_t)n) ? 1 : -1;
}

/* Returns 1: sent; 0: no room now; -1: the other end is gone. */
static int
channel_write(int fd, const struct iovec *iov, size_t count)
{
	struct msghdr packet = { .msg_iov = (struct iovec *)(uintptr_t)iov,
		.msg_iovlen = count };
	ssize_t n;

	do
		n = sendmsg(fd, &packet, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n != -1)
		return 1;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0
									   : -1;
}

static void
channel_enqueue(
    struct channel *channel, const struct message *message, const void *body)
{
	size_t size = sizeof(*message) + message->size;
	struct channel_packet *packet;

	if ((packet = malloc(sizeof(*packet) + size)) == NULL)
		fatalx("out of memory");
	packet->size = size;
	memcpy(packet->bytes, message, sizeof(*message));
	if (body != NULL && message->size > 0)
		memcpy(packet->bytes + sizeof(*message), body, message->size);
	TAILQ_INSERT_TAIL(&channel->queue, packet, entry);
	channel->queued_bytes += size;
}

static void
channel_dequeue(struct channel *channel)
{
	struct channel_packet *packet = TAILQ_FIRST(&channel->queue);

	TAILQ_REMOVE(&channel->queue, packet, entry);
	channel->queued_bytes -= packet->size;
	free(packet);
}

static bool
channel_allows(
    struct channel *channel, const struct message *message, size_t received)
{
	if (received < sizeof(*message))
		log_warnx("a message of %zu bytes has no head", received);
	else if (message_is_allowed(message, received - sizeof(*message),
		     channel->from, channel->to))
		return true;
	else
		log_warnx("message %u of %zu bytes is out of order",
		    message->type, received - sizeof(*message));
	channel->refused = true;
	return false;
}
