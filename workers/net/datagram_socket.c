#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include <openssl/ssl.h>

#include "net/datagram.h"
#include "net/datagram_socket.h"

#define DATAGRAM_SOCKET_UDP_HEADER  8
#define DATAGRAM_SOCKET_IPV4_HEADER 20
#define DATAGRAM_SOCKET_IPV6_HEADER 40
#define DATAGRAM_SOCKET_IPV4_FALLBACK          \
	576 /* RFC 791: every host takes these \
	     */
#define DATAGRAM_SOCKET_IPV6_FALLBACK 1280 /* RFC 8200, section 5 */

static void datagram_socket_seen(struct transport *, void *, size_t);
static const char *
datagram_socket_put(struct transport *, const char *, size_t);
static const char *
datagram_socket_write(struct transport *, const char *, size_t);
static void
datagram_socket_written(struct transport *, size_t, const char *, size_t);
static bool datagram_socket_verifies(const char *, size_t);
static long datagram_socket_ctrl(struct transport *, int, long);
static void datagram_socket_send_next(struct transport *, bool);
static ssize_t datagram_socket_receive(struct transport *, void *, size_t);
static ssize_t datagram_socket_next(struct transport *, void *, size_t);
static ssize_t datagram_socket_from_queue(struct transport *, void *, size_t);
static ssize_t datagram_socket_from_socket(
    struct transport *, struct sockaddr_storage *, void *, size_t);
static void datagram_socket_send(struct transport *, const void *, size_t);
static bool datagram_socket_hinted(struct transport *);
static size_t
datagram_socket_peek(const struct textbuf *, size_t, const char **);
static long datagram_socket_overhead(const struct transport *);
static long datagram_socket_path_mtu(const struct transport *);

const struct transport_kind datagram_socket_kind = {
	.datagrams = true,
	.receive = datagram_socket_receive,
	.seen = datagram_socket_seen,
	.queue = datagram_socket_put,
	.write = datagram_socket_write,
	.written = datagram_socket_written,
	.send = datagram_socket_send_next,
	.ctrl = datagram_socket_ctrl,
};

void
datagram_socket_queue(struct textbuf *queue, const void *data, size_t size)
{
	uint16_t length = (uint16_t)size;

	textbuf_append(queue, &length, sizeof(length));
	textbuf_append(queue, data, length);
}

void
datagram_socket_discard(struct transport *transport)
{
	uint8_t dropped[DATAGRAM_MAX];

	transport->peeks = false;
	while (datagram_socket_receive(transport, dropped, sizeof(dropped)) > 0)
		;
}

static void
datagram_socket_seen(struct transport *transport, void *data, size_t size)
{
	if (transport->renumbers)
		record_numbers_follow(&transport->in_number, data, size);
}

/* What libssl writes is queued, so a write never has to be tried again. */
static const char *
datagram_socket_put(struct transport *transport, const char *data, size_t size)
{
	size_t at = transport->out.size;

	datagram_socket_queue(&transport->out, data, size);
	return transport->out.data + at + sizeof(uint16_t);
}

static const char *
datagram_socket_write(
    struct transport *transport, const char *data, size_t size)
{
	const char *queued = datagram_socket_put(transport, data, size);

	record_numbers_datagram(
	    &transport->numbers, (uint8_t *)(uintptr_t)queued, size);
	return queued;
}

static void
datagram_socket_written(
    struct transport *transport, size_t at, const char *data, size_t size)
{
	if (transport->already_sent == 0)
		return;
	transport->already_sent--;
	if (!datagram_socket_verifies(data, size)) {
		transport->already_sent = 0;
		return;
	}
	transport->out.size = at;
	record_numbers_begin(&transport->numbers);
}

/* Returns true for a HelloVerifyRequest. */
static bool
datagram_socket_verifies(const char *data, size_t size)
{
	return size > RECORD_NUMBERS_HEADER && data[0] == SSL3_RT_HANDSHAKE &&
	    data[RECORD_NUMBERS_HEADER] == DTLS1_MT_HELLO_VERIFY_REQUEST;
}

static long
datagram_socket_ctrl(struct transport *transport, int command, long number)
{
	switch (command) {
	case BIO_CTRL_DGRAM_SET_PEER:
		return 1;
	case BIO_CTRL_DGRAM_SET_PEEK_MODE:
		transport->peeks = number != 0;
		return 1;
	case BIO_CTRL_DGRAM_QUERY_MTU:
		return datagram_socket_path_mtu(transport);
	case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
		return datagram_socket_overhead(transport);
	case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
		return (transport->over_ipv4 ? DATAGRAM_SOCKET_IPV4_FALLBACK
					     : DATAGRAM_SOCKET_IPV6_FALLBACK) -
		    datagram_socket_overhead(transport);
	default:
		return 0;
	}
}

/* As recv(2), but without the datagrams that the owner intercepts. */
static ssize_t
datagram_socket_receive(struct transport *transport, void *data, size_t size)
{
	ssize_t n;

	do {
		if (transport->turn++ >= DATAGRAM_SOCKET_A_TURN) {
			transport->yielded = true;
			n = -1;
			errno = EAGAIN;
			break;
		}
		n = datagram_socket_next(transport, data, size);
	} while (n == 0);
	if (n > 0)
		transport->read_bytes += (size_t)n;
	return n;
}

/*
 * Returns 0 for a datagram that libssl must not get. An empty one is dropped as
 * well: libssl would take it for the end.
 */
static ssize_t
datagram_socket_next(struct transport *transport, void *data, size_t size)
{
	struct sockaddr_storage from;
	ssize_t n;

	if (transport->in_read < transport->in.size)
		return datagram_socket_from_queue(transport, data, size);
	n = datagram_socket_from_socket(transport, &from, data, size);
	if (n > 0 && transport->intercept != NULL &&
	    transport->intercept(transport->owner, &from, data, (size_t)n))
		return 0;
	return n;
}

static ssize_t
datagram_socket_from_queue(struct transport *transport, void *data, size_t size)
{
	const char *from;
	size_t n =
	    datagram_socket_peek(&transport->in, transport->in_read, &from);
	size_t taken = n < size ? n : size;

	memcpy(data, from, taken);
	if (transport->peeks)
		return (ssize_t)taken;
	transport->in_read += sizeof(uint16_t) + n;
	if (transport->in_read == transport->in.size)
		transport_forget_in(transport);
	return (ssize_t)taken;
}

static ssize_t
datagram_socket_from_socket(struct transport *transport,
    struct sockaddr_storage *from, void *data, size_t size)
{
	socklen_t from_size;
	ssize_t n;

	errno = EAGAIN;
	if (!transport->can_read || transport->peeks)
		return -1;
	do {
		memset(from, 0, sizeof(*from));
		from_size = sizeof(*from);
		n = recvfrom(transport->fd, data, size, 0,
		    (struct sockaddr *)from, &from_size);
	} while (n == -1 && errno == EINTR);
	if (n != -1)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK) {
		transport->can_read = false;
		return -1;
	}
	if (errno != ECONNREFUSED || datagram_socket_hinted(transport))
		return 0;
	transport->read_error = errno;
	return -1;
}

static void
datagram_socket_send_next(struct transport *transport, bool more)
{
	const char *data;
	size_t size =
	    datagram_socket_peek(&transport->out, transport->out_sent, &data);

	(void)more;
	datagram_socket_send(transport, data, size);
	if (transport->can_write)
		transport->out_sent += sizeof(uint16_t) + size;
}

/*
 * ECONNREFUSED means that the peer's host says that nobody listens there: the
 * peer has gone. Any other reason may pass, and libssl sends the datagram again
 * as if it was lost. The kernel reports a refusal of an earlier datagram in
 * place of sending this one, so try once more.
 */
static void
datagram_socket_send(struct transport *transport, const void *data, size_t size)
{
	bool again = true;
	ssize_t n;

	while ((n = send(transport->fd, data, size, MSG_NOSIGNAL)) == -1)
		if (errno == ECONNREFUSED && again &&
		    datagram_socket_hinted(transport))
			again = false;
		else if (errno != EINTR)
			break;
	if (n >= 0)
		transport->written_bytes += (size_t)n;
	else if (errno == EAGAIN || errno == EWOULDBLOCK)
		transport->can_write = false;
	else if (errno == ECONNREFUSED && !datagram_socket_hinted(transport))
		transport->write_error = errno;
}

/* Note a refusal. Returns true if it is only a hint. */
static bool
datagram_socket_hinted(struct transport *transport)
{
	if (transport->hints_only)
		transport->refused = true;
	return transport->hints_only;
}

static size_t
datagram_socket_peek(const struct textbuf *queue, size_t at, const char **data)
{
	uint16_t length;

	memcpy(&length, queue->data + at, sizeof(length));
	*data = queue->data + at + sizeof(length);
	return length;
}

/* The bytes that IP and UDP put before a datagram. */
static long
datagram_socket_overhead(const struct transport *transport)
{
	return DATAGRAM_SOCKET_UDP_HEADER +
	    (transport->over_ipv4 ? DATAGRAM_SOCKET_IPV4_HEADER
				  : DATAGRAM_SOCKET_IPV6_HEADER);
}

/* Returns 0 if the MTU is not known; libssl then takes the smallest one. */
static long
datagram_socket_path_mtu(const struct transport *transport)
{
	long overhead = datagram_socket_overhead(transport);
	int fd = transport->fd, mtu = 0;
	socklen_t size = sizeof(mtu);

	/* A socket of IPv6 may be connected to a peer of IPv4. */
	if (getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &size) == -1 &&
	    getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &size) == -1)
		return 0;
	if (mtu <= overhead)
		return 0;
	return mtu - overhead;
}
