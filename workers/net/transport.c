#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "foundation/log.h"
#include "net/transport.h"

static int transport_bio_create(BIO *);
static int transport_bio_read(BIO *, char *, int);
static int transport_bio_write(BIO *, const char *, int);
static long transport_bio_ctrl(BIO *, int, long, void *);
static enum transport_state transport_send(struct transport *, bool);

static BIO_METHOD *transport_method;

int
transport_open(void)
{
	BIO_METHOD *method = BIO_meth_new(
	    BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transport");

	if (method == NULL) {
		log_warnx("out of memory");
		return -1;
	}
	BIO_meth_set_create(method, transport_bio_create);
	BIO_meth_set_read(method, transport_bio_read);
	BIO_meth_set_write(method, transport_bio_write);
	BIO_meth_set_ctrl(method, transport_bio_ctrl);
	transport_method = method;
	return 0;
}

void
transport_close(void)
{
	BIO_meth_free(transport_method);
	transport_method = NULL;
}

void
transport_init(struct transport *transport, int fd,
    const struct transport_kind *kind, transport_trace *trace)
{
	memset(transport, 0, sizeof(*transport));
	transport->fd = fd;
	transport->kind = kind;
	transport->can_write = true;
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
	BIO *bio = BIO_new(transport_method);

	if (bio != NULL)
		BIO_set_data(bio, transport);
	return bio;
}

enum transport_state
transport_flush(struct transport *transport)
{
	return transport_send(transport, false);
}

enum transport_state
transport_gather(struct transport *transport)
{
	if (!transport->kind->datagrams && transport->can_write &&
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

	if (transport->kind->datagrams)
		return transport_flush(transport);
	state = transport_send(transport, true);
	if (state == TRANSPORT_FLUSHED && !transport->finished) {
		shutdown(transport->fd, SHUT_WR);
		transport->finished = true;
	}
	return state;
}

void
transport_forget_in(struct transport *transport)
{
	textbuf_free(&transport->in);
	transport->in_read = 0;
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
	(void)transport->kind->queue(transport, data, size);
}

/* Content type and major version: RFC 8446, section 5.1; RFC 5246, E.2. */
bool
transport_speaks_tls(const struct transport *transport)
{
	const uint8_t *first = transport->first;
	uint64_t size = transport->read_bytes;

	/* Who did not say a ClientHello of DTLS has no connection. */
	if (size == 0 || transport->kind->datagrams)
		return true;
	if (first[0] & 0x80)
		return size < 3 || first[2] == 1;
	return first[0] >= 20 && first[0] <= 24 && (size < 2 || first[1] == 3);
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
	ssize_t n;

	BIO_clear_retry_flags(bio);
	if (transport->at_eof)
		return 0;
	n = transport->kind->receive(transport, data, (size_t)size);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		transport->starved = true;
		BIO_set_retry_read(bio);
		return -1;
	}
	if (transport->trace != NULL)
		transport->trace(false, bio, data, (size_t)size, n);
	if (n > 0 && transport->kind->seen != NULL)
		transport->kind->seen(transport, data, (size_t)n);
	return (int)n;
}

/* Fails if the socket is broken, so that libssl does not go on in vain. */
static int
transport_bio_write(BIO *bio, const char *data, int size)
{
	struct transport *transport = BIO_get_data(bio);
	size_t at = transport->out.size;
	const char *queued;

	BIO_clear_retry_flags(bio);
	if (transport->write_error != 0) {
		errno = transport->write_error;
		return -1;
	}
	queued = transport->kind->write(transport, data, (size_t)size);
	if (transport->trace != NULL)
		transport->trace(true, bio, queued, (size_t)size, size);
	if (transport->kind->written != NULL)
		transport->kind->written(transport, at, data, (size_t)size);
	return size;
}

/* libssl asks several times for each record: most answers need no look-up. */
static long
transport_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	const struct transport_kind *kind;
	struct transport *transport;

	switch (command) {
	case BIO_CTRL_FLUSH:
	case BIO_CTRL_DUP:
		return 1;
	case BIO_CTRL_GET_KTLS_SEND:
	case BIO_CTRL_GET_KTLS_RECV:
		return 0;
	default:
		break;
	}
	transport = BIO_get_data(bio);
	kind = transport->kind;
	if (command == BIO_CTRL_EOF)
		return transport->at_eof;
	if (command == BIO_C_GET_FD)
		return *(int *)pointer = transport->fd;
	return kind->ctrl == NULL ? 0 : kind->ctrl(transport, command, number);
}

static enum transport_state
transport_send(struct transport *transport, bool more)
{
	while (transport_unsent(transport) > 0 && transport->write_error == 0) {
		if (!transport->can_write || transport->held)
			return TRANSPORT_BLOCKED;
		transport->kind->send(transport, more);
	}
	/* An idle connection keeps no buffer. */
	textbuf_free(&transport->out);
	transport->out_sent = 0;
	return transport->write_error == 0 ? TRANSPORT_FLUSHED
					   : TRANSPORT_BROKEN;
}
