#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include "foundation/log.h"
#include "net/datagrams.h"
#include "net/transport.h"

static BIO_METHOD *transport_new_method(const char *);
static int transport_bio_create(BIO *);
static int transport_bio_read(BIO *, char *, int);
static int transport_bio_write(BIO *, const char *, int);
static long transport_bio_ctrl(BIO *, int, long, void *);
static enum transport_state transport_send(struct transport *, int);
static ssize_t transport_receive(struct transport *, void *, size_t);
static void transport_note(struct transport *, const uint8_t *, size_t);

static BIO_METHOD *transport_streams, *transport_datagrams;

int
transport_open(void)
{
	transport_streams = transport_new_method("transport");
	transport_datagrams = transport_new_method("datagrams");
	if (transport_streams == NULL || transport_datagrams == NULL) {
		log_warnx("out of memory");
		return -1;
	}
	BIO_meth_set_read(transport_streams, transport_bio_read);
	BIO_meth_set_write(transport_streams, transport_bio_write);
	BIO_meth_set_ctrl(transport_streams, transport_bio_ctrl);
	datagrams_set_method(transport_datagrams);
	return 0;
}

void
transport_close(void)
{
	BIO_meth_free(transport_streams);
	BIO_meth_free(transport_datagrams);
	transport_streams = transport_datagrams = NULL;
}

void
transport_init(
    struct transport *transport, int fd, bool datagrams, transport_trace *trace)
{
	memset(transport, 0, sizeof(*transport));
	transport->fd = fd;
	transport->can_write = true;
	transport->datagrams = datagrams;
	transport->trace = trace;
	textbuf_init(&transport->out);
	textbuf_init(&transport->in);
}

void
transport_free(struct transport *transport)
{
	textbuf_free(&transport->out);
	textbuf_free(&transport->in);
}

BIO *
transport_bio(struct transport *transport)
{
	BIO *bio = BIO_new(
	    transport->datagrams ? transport_datagrams : transport_streams);

	if (bio != NULL)
		BIO_set_data(bio, transport);
	return bio;
}

enum transport_state
transport_flush(struct transport *transport)
{
	return transport->datagrams ? datagrams_flush(transport)
				    : transport_send(transport, 0);
}

enum transport_state
transport_gather(struct transport *transport)
{
	if (!transport->datagrams && transport->can_write &&
	    transport->write_error == 0 &&
	    transport->written_bytes + transport_unsent(transport) <=
		TRANSPORT_SURE)
		return TRANSPORT_FLUSHED;
	return transport_flush(transport);
}

/* MSG_MORE holds the last packet back, and shutdown(2) puts the end into it. */
enum transport_state
transport_finish(struct transport *transport)
{
	enum transport_state state;

	if (transport->datagrams)
		return datagrams_flush(transport);
	state = transport_send(transport, MSG_MORE);
	if (state == TRANSPORT_FLUSHED && !transport->finished) {
		shutdown(transport->fd, SHUT_WR);
		transport->finished = true;
	}
	return state;
}

static enum transport_state
transport_send(struct transport *transport, int flags)
{
	size_t left;
	ssize_t n;

	while ((left = transport_unsent(transport)) > 0 &&
	    transport->write_error == 0) {
		if (!transport->can_write)
			return TRANSPORT_BLOCKED;
		n = send(transport->fd,
		    transport->out.data + transport->out_sent, left,
		    MSG_NOSIGNAL | flags);
		if (n >= 0) {
			transport->out_sent += (size_t)n;
			transport->written_bytes += (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			transport->can_write = false;
		} else if (errno != EINTR) {
			transport->write_error = errno;
		}
	}
	/* An idle connection keeps no buffer. */
	textbuf_free(&transport->out);
	transport->out_sent = 0;
	return transport->write_error == 0 ? TRANSPORT_FLUSHED
					   : TRANSPORT_BROKEN;
}

size_t
transport_unsent(const struct transport *transport)
{
	return transport->out.size - transport->out_sent;
}

void
transport_write_clear(
    struct transport *transport, const void *data, size_t size)
{
	if (transport->datagrams)
		datagrams_queue(&transport->out, data, size);
	else
		textbuf_append(&transport->out, data, size);
}

/* Content type and major version: RFC 8446, section 5.1; RFC 5246, E.2. */
bool
transport_speaks_tls(const struct transport *transport)
{
	const uint8_t *first = transport->first;
	uint64_t size = transport->read_bytes;

	/* With DTLS a connection begins only after a ClientHello. */
	if (size == 0 || transport->datagrams)
		return true;
	if (first[0] & 0x80)
		return size < 3 || first[2] == 1;
	return first[0] >= 20 && first[0] <= 24 && (size < 2 || first[1] == 3);
}

bool
transport_discard(struct transport *transport)
{
	char dropped[16 * 1024];
	int budget = TRANSPORT_DISCARDS;
	ssize_t n = 0;

	while (transport->can_read && !transport->at_eof && budget-- > 0 &&
	    (n = transport_receive(transport, dropped, sizeof(dropped))) > 0)
		/* After the last bytes the end need not be read. */
		if (transport->hung_up && (size_t)n < sizeof(dropped))
			transport->at_eof = true;
	return transport->at_eof || transport->read_error != 0;
}

/* Returns NULL if memory has run out. */
static BIO_METHOD *
transport_new_method(const char *name)
{
	BIO_METHOD *method =
	    BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, name);

	if (method != NULL)
		BIO_meth_set_create(method, transport_bio_create);
	return method;
}

static int
transport_bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static int
transport_bio_read(BIO *bio, char *data, int size)
{
	struct transport *transport = BIO_get_data(bio);
	ssize_t n = -1;

	BIO_clear_retry_flags(bio);
	if (transport->at_eof)
		return 0;
	errno = EAGAIN;
	if (transport->can_read)
		n = transport_receive(transport, data, (size_t)size);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		transport->starved = true;
		BIO_set_retry_read(bio);
		return -1;
	}
	if (transport->trace != NULL)
		transport->trace(false, bio, data, (size_t)size, n);
	return (int)n;
}

/* Fails if the socket is broken, so that libssl does not go on in vain. */
static int
transport_bio_write(BIO *bio, const char *data, int size)
{
	struct transport *transport = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (transport->write_error != 0) {
		errno = transport->write_error;
		return -1;
	}
	textbuf_append(&transport->out, data, (size_t)size);
	if (transport->trace != NULL)
		transport->trace(true, bio, data, (size_t)size, size);
	return size;
}

static long
transport_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	struct transport *transport = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
	case BIO_CTRL_DUP:
		return 1;
	case BIO_CTRL_EOF:
		return transport->at_eof;
	default:
		return 0;
	}
}

/*
 * As recv(2). After a short read there is nothing more until the next event,
 * unless the peer has hung up: then its end of file is still to be read.
 */
static ssize_t
transport_receive(struct transport *transport, void *data, size_t size)
{
	ssize_t n;

	do
		n = recv(transport->fd, data, size, 0);
	while (n == -1 && errno == EINTR);
	if (n == 0 && transport->write_error != 0) {
		/* A write was reset by the peer, so this is no orderly end. */
		errno = transport->write_error;
		n = -1;
	}
	if (n > 0) {
		if (transport->read_bytes < TRANSPORT_FIRST)
			transport_note(transport, data, (size_t)n);
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
transport_note(struct transport *transport, const uint8_t *data, size_t size)
{
	size_t at = (size_t)transport->read_bytes, i;

	for (i = 0; i < size && at < TRANSPORT_FIRST; i++)
		transport->first[at++] = data[i];
}
