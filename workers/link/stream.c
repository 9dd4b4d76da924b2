#include <openssl/ssl.h>

#include "link/stream.h"

/*
 * libssl counts renegotiations for a whole context. What one call adds to the
 * counters belongs to the connection that made the call. A renegotiation that
 * the server asks for is counted several times as begun: with the HelloRequest,
 * and with each message of the client that leads to a new try.
 */
struct stream_tally {
	long begun;
	long finished;
};

static struct stream_tally stream_tally(const struct link *);
static void stream_count(struct link *, struct stream_tally);
static enum link_result stream_encrypt(struct link *);
static int stream_write(struct link *, size_t *);
static size_t stream_piece(const struct link *);

void
stream_send(struct link *link, const void *data, size_t size)
{
	textbuf_append(&link->out, data, size);
	link->sending = true;
}

void *
stream_space(struct link *link, size_t size)
{
	return textbuf_space(&link->out, size);
}

void
stream_filled(struct link *link, size_t size)
{
	textbuf_grow(&link->out, size);
	link->sending = true;
}

size_t
stream_unsent(const struct link *link)
{
	return link->out.size - link->out_sent +
	    transport_unsent(&link->transport);
}

bool
stream_congested(const struct link *link)
{
	return stream_unsent(link) >= TRANSPORT_HIGH;
}

enum link_result
stream_push(struct link *link)
{
	enum link_result result;

	do {
		if ((result = stream_encrypt(link)) != LINK_DONE)
			break;
		/*
		 * If the peer is gone, the next read or write fails, as in a
		 * program whose last write succeeded.
		 */
		if (transport_gather(&link->transport) == TRANSPORT_BLOCKED)
			return LINK_WAIT;
	} while (link->out.size > 0);
	if (result != LINK_DONE)
		(void)transport_gather(&link->transport);
	return result;
}

enum link_result
stream_pull(struct link *link, void *data, size_t *size)
{
	struct stream_tally before = stream_tally(link);
	enum link_result result = LINK_DONE;
	int got;

	link_before(link);
	got = SSL_read_ex(link->ssl, data, STREAM_RECORD, size);
	if (got != 1)
		result = link_look(link, got);
	else
		outcome_data(&link->outcome, *size, 0);
	stream_count(link, before);
	return result;
}

int
stream_handshake(struct link *link)
{
	struct stream_tally before = stream_tally(link);
	int result = SSL_do_handshake(link->ssl);

	stream_count(link, before);
	(void)transport_flush(&link->transport);
	return result;
}

/* Encrypt as much as the transport may hold. Returns LINK_DONE after that. */
static enum link_result
stream_encrypt(struct link *link)
{
	struct textbuf *out = &link->out;
	struct stream_tally before;
	size_t written;
	int result;

	while (link->out_sent < out->size &&
	    transport_unsent(&link->transport) < TRANSPORT_HIGH) {
		before = stream_tally(link);
		link_before(link);
		result = stream_write(link, &written);
		stream_count(link, before);
		if (result != 1)
			return link_look(link, result);
		link->out_sent += written;
		outcome_data(&link->outcome, 0, written);
	}
	if (link->out_sent == out->size) {
		textbuf_free(out);
		link->out_sent = 0;
	}
	return LINK_DONE;
}

/*
 * Before the client's Finished, SSL_write would go on with the handshake.
 * SSL_write_early_data must not run as a job (async.h), because another job may
 * be paused.
 */
static int
stream_write(struct link *link, size_t *written)
{
	const char *data = link->out.data + link->out_sent;
	size_t size = stream_piece(link);
	int result;

	if (link->outcome.shaken)
		return SSL_write_ex(link->ssl, data, size, written);
	async_end(&link->shake.async);
	result = SSL_write_early_data(link->ssl, data, size, written);
	async_begin(&link->shake.async);
	return result;
}

/* DTLS refuses data that does not fit into one record. */
static size_t
stream_piece(const struct link *link)
{
	size_t left = link->out.size - link->out_sent;

	return link->transport.kind->datagrams && left > STREAM_RECORD
	    ? STREAM_RECORD
	    : left;
}

static struct stream_tally
stream_tally(const struct link *link)
{
	SSL_CTX *ctx = SSL_get_SSL_CTX(link->ssl);

	return (struct stream_tally){
		.begun = SSL_CTX_sess_accept_renegotiate(ctx),
		.finished = SSL_CTX_sess_accept_good(ctx),
	};
}

static void
stream_count(struct link *link, struct stream_tally before)
{
	struct stream_tally now = stream_tally(link);

	if (now.begun > before.begun && !link->renegotiates) {
		outcome_renegotiate(&link->outcome);
		link->renegotiates = true;
	}
	if (now.finished == before.finished)
		return;
	outcome_renegotiated(&link->outcome);
	resumption_end(&link->shake.resumption);
	handshake_count_sessions(link->services);
	link->renegotiates = false;
	link->renegotiated = true;
}
