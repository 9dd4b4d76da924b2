#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "net/stream_socket.h"

/* A read for less asks the kernel for so much. */
#define STREAM_AHEAD 4096

static ssize_t stream_socket_receive(struct transport *, void *, size_t);
static ssize_t stream_socket_kept(struct transport *, void *, size_t);
static ssize_t stream_socket_ahead(struct transport *, void *, size_t);
static ssize_t stream_socket_read(struct transport *, void *, size_t);
static void stream_socket_note(struct transport *, const uint8_t *, size_t);
static const char *
stream_socket_queue(struct transport *, const char *, size_t);
static void stream_socket_send(struct transport *, bool);

const struct transport_kind stream_socket_kind = {
	.receive = stream_socket_receive,
	.queue = stream_socket_queue,
	.write = stream_socket_queue,
	.send = stream_socket_send,
};

bool
stream_socket_discard(struct transport *transport)
{
	char dropped[16 * 1024];
	int budget = TRANSPORT_DISCARDS;
	ssize_t n = 0;

	transport_forget_in(transport);
	while (transport->can_read && !transport->at_eof && budget-- > 0 &&
	    (n = stream_socket_read(transport, dropped, sizeof(dropped))) > 0)
		/* Behind the last of it there is nothing to be read for. */
		if (transport->hung_up && (size_t)n < sizeof(dropped))
			transport->at_eof = true;
	return transport->at_eof || transport->read_error != 0;
}

void
stream_socket_look(struct transport *transport)
{
	struct pollfd pollfd = { .fd = transport->fd, .events = POLLIN };

	transport->can_read = poll(&pollfd, 1, 0) == 1;
}

static ssize_t
stream_socket_receive(struct transport *transport, void *data, size_t size)
{
	if (transport->in.size > 0)
		return stream_socket_kept(transport, data, size);
	if (transport->reads_ahead && size < STREAM_AHEAD)
		return stream_socket_ahead(transport, data, size);
	return stream_socket_read(transport, data, size);
}

/* Hands out what was read ahead. */
static ssize_t
stream_socket_kept(struct transport *transport, void *data, size_t size)
{
	size_t left = transport->in.size - transport->in_read;

	if (size > left)
		size = left;
	memcpy(data, transport->in.data + transport->in_read, size);
	transport->in_read += size;
	if (size == left)
		transport_forget_in(transport);
	return (ssize_t)size;
}

static ssize_t
stream_socket_ahead(struct transport *transport, void *data, size_t size)
{
	uint8_t ahead[STREAM_AHEAD];
	ssize_t n = stream_socket_read(transport, ahead, sizeof(ahead));

	if (n <= 0)
		return n;
	if ((size_t)n > size) {
		textbuf_append(&transport->in, ahead + size, (size_t)n - size);
		n = (ssize_t)size;
	}
	memcpy(data, ahead, (size_t)n);
	return n;
}

/*
 * As recv(2). After a short read there is nothing more until the next event,
 * unless the peer has hung up: then its end of file is still to be read.
 */
static ssize_t
stream_socket_read(struct transport *transport, void *data, size_t size)
{
	ssize_t n;

	errno = EAGAIN;
	if (!transport->can_read)
		return -1;
	do
		n = recv(transport->fd, data, size, 0);
	while (n == -1 && errno == EINTR);
	if (n == 0 && transport->write_error != 0) {
		/* The reset that a write was told is no orderly end. */
		errno = transport->write_error;
		n = -1;
	}
	if (n > 0) {
		if (transport->read_bytes < TRANSPORT_FIRST)
			stream_socket_note(transport, data, (size_t)n);
		transport->read_bytes += (size_t)n;
		transport->can_read = (size_t)n == size || transport->hung_up;
	} else if (n == 0) {
		transport->at_eof = true;
	} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
		transport->can_read = false;
	} else {
		transport->read_error = errno;
	}
	return n;
}

static void
stream_socket_note(
    struct transport *transport, const uint8_t *data, size_t size)
{
	size_t at = (size_t)transport->read_bytes, i;

	for (i = 0; i < size && at < TRANSPORT_FIRST; i++)
		transport->first[at++] = data[i];
}

static const char *
stream_socket_queue(struct transport *transport, const char *data, size_t size)
{
	textbuf_append(&transport->out, data, size);
	return data;
}

static void
stream_socket_send(struct transport *transport, bool more)
{
	ssize_t n;

	n = send(transport->fd, transport->out.data + transport->out_sent,
	    transport_unsent(transport), MSG_NOSIGNAL | (more ? MSG_MORE : 0));
	if (n >= 0) {
		transport->out_sent += (size_t)n;
		transport->written_bytes += (size_t)n;
	} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
		transport->can_write = false;
	} else if (errno != EINTR) {
		transport->write_error = errno;
	}
}
