#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "foundation/channel.h"
#include "foundation/log.h"

struct channel_packet {
	TAILQ_ENTRY(channel_packet) entry;
	int fd; /* a duplicate, which goes with the packet; -1: none */
	size_t size;
	unsigned char bytes[];
};

/* Room for one descriptor beside a packet. */
union channel_passing {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int channel_write(int, const struct iovec *, size_t, int);
static struct channel_packet *
channel_enqueue(struct channel *, const struct message *, const void *);
static void channel_remove(struct channel *, struct channel_packet *);
static void channel_remove_type(struct channel *, uint32_t);
static ssize_t channel_read(struct channel *, struct iovec *, size_t);
static void channel_take_in(struct channel *, struct msghdr *);
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
	channel->passed_fd = -1;
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
	int passed_fd = channel_take_passed(channel);

	while (!TAILQ_EMPTY(&channel->queue))
		channel_remove(channel, TAILQ_FIRST(&channel->queue));
	if (passed_fd != -1)
		close(passed_fd);
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
	    (sent = channel_write(channel->fd, iov, 2, -1)) == -1)
		return -1;
	if (!sent)
		(void)channel_enqueue(channel, message, body);
	return 0;
}

int
channel_say(struct channel *channel, enum message_type type, uint64_t id)
{
	struct message message = { .type = type, .id = id };

	return channel_send(channel, &message, NULL);
}

int
channel_pass(struct channel *channel, const struct message *message, int fd)
{
	struct iovec iov = { (void *)(uintptr_t)message, sizeof(*message) };
	struct channel_packet *packet;
	int sent = 0;

	if (channel->fd == -1)
		return -1;
	channel_remove_type(channel, message->type);
	if (TAILQ_EMPTY(&channel->queue) &&
	    (sent = channel_write(channel->fd, &iov, 1, fd)) == -1)
		return -1;
	if (sent)
		return 0;
	packet = channel_enqueue(channel, message, NULL);
	if (fd != -1 && (packet->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1) {
		log_warn("a descriptor cannot be passed on");
		channel_remove(channel, packet);
	}
	return 0;
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
		if ((sent = channel_write(channel->fd, &iov, 1, packet->fd)) !=
		    1)
			return sent;
		channel_remove(channel, packet);
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
	ssize_t n;

	if (channel->fd == -1 || channel->refused)
		return -1;
	n = channel_read(channel, iov, buf == NULL ? 1 : 2);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return -1;
	return channel_allows(channel, message, (size_t)n) ? 1 : -1;
}

void
channel_refuse(struct channel *channel)
{
	channel->refused = true;
}

int
channel_take_passed(struct channel *channel)
{
	int fd = channel->passed_fd;

	channel->passed_fd = -1;
	return fd;
}

/*
 * Returns 1: sent; 0: no room now; -1: the other end is gone. So many
 * descriptors may be on their way that the kernel takes no more for now.
 */
static int
channel_write(int fd, const struct iovec *iov, size_t count, int passed_fd)
{
	struct msghdr packet = { .msg_iov = (struct iovec *)(uintptr_t)iov,
		.msg_iovlen = count };
	union channel_passing passing;
	struct cmsghdr *head;
	ssize_t n;

	if (passed_fd != -1) {
		memset(&passing, 0, sizeof(passing));
		packet.msg_control = &passing;
		packet.msg_controllen = sizeof(passing);
		head = CMSG_FIRSTHDR(&packet);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &passed_fd, sizeof(int));
	}
	do
		n = sendmsg(fd, &packet, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n != -1)
		return 1;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ||
		errno == ETOOMANYREFS
	    ? 0
	    : -1;
}

static struct channel_packet *
channel_enqueue(
    struct channel *channel, const struct message *message, const void *body)
{
	size_t size = sizeof(*message) + message->size;
	struct channel_packet *packet;

	if ((packet = malloc(sizeof(*packet) + size)) == NULL)
		fatalx("out of memory");
	packet->fd = -1;
	packet->size = size;
	memcpy(packet->bytes, message, sizeof(*message));
	if (body != NULL && message->size > 0)
		memcpy(packet->bytes + sizeof(*message), body, message->size);
	TAILQ_INSERT_TAIL(&channel->queue, packet, entry);
	channel->queued_bytes += size;
	return packet;
}

static void
channel_remove(struct channel *channel, struct channel_packet *packet)
{
	TAILQ_REMOVE(&channel->queue, packet, entry);
	channel->queued_bytes -= packet->size;
	if (packet->fd != -1)
		close(packet->fd);
	free(packet);
}

static void
channel_remove_type(struct channel *channel, uint32_t type)
{
	struct channel_packet *packet, *next;
	struct message message;

	for (packet = TAILQ_FIRST(&channel->queue); packet != NULL;
	     packet = next) {
		next = TAILQ_NEXT(packet, entry);
		memcpy(&message, packet->bytes, sizeof(message));
		if (message.type == type)
			channel_remove(channel, packet);
	}
}

/* Returns as recvmsg(2). Room for a descriptor is always there. */
static ssize_t
channel_read(struct channel *channel, struct iovec *iov, size_t count)
{
	union channel_passing passing;
	struct msghdr packet = { .msg_iov = iov, .msg_iovlen = count };
	int fd = channel_take_passed(channel);
	ssize_t n;

	if (fd != -1)
		close(fd);
	do {
		packet.msg_control = &passing;
		packet.msg_controllen = sizeof(passing);
		n = recvmsg(channel->fd, &packet, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	if (n != -1)
		channel_take_in(channel, &packet);
	return n;
}

static void
channel_take_in(struct channel *channel, struct msghdr *packet)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(packet);

	if (head != NULL && head->cmsg_level == SOL_SOCKET &&
	    head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&channel->passed_fd, CMSG_DATA(head), sizeof(int));
}

static bool
channel_allows(
    struct channel *channel, const struct message *message, size_t received)
{
	if (received < sizeof(*message))
		log_warnx("a message of %zu bytes has no head", received);
	else if (message_is_allowed(message, received - sizeof(*message),
		     channel->from, channel->to) &&
	    (channel->passed_fd == -1 || message_may_carry(message->type)))
		return true;
	else
		log_warnx("message %u of %zu bytes is out of order",
		    message->type, received - sizeof(*message));
	channel->refused = true;
	return false;
}
