#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accept/dtls_acceptor.h"
#include "base/dtls_hello.h"
#include "connection/dtls.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "net/datagram.h"
#include "net/datagrams.h"
#include "shared/accept_quota.h"
#include "shared/half_open.h"
#include "shared/peer_claims.h"
#include "shared/shared.h"
#include "worker.h"

#define DTLS_ACCEPTOR_A_TURN 64
/* Of what others have read for one of our peers. */
#define DTLS_ACCEPTOR_IN_MAX (256 * 1024)

/* A datagram as the first word of a peer. */
enum hello {
	HELLO_NONE, /* it is none */
	HELLO_ASKS, /* it brings no good cookie */
	HELLO_GOOD,
};

static void dtls_acceptor_on_stray(void *);
static enum accept_result
dtls_acceptor_take(struct dtls_acceptor *, struct arrival *);
static enum hello
dtls_acceptor_hear(struct dtls_acceptor *, struct dtls_hello *, bool *);
static void
dtls_acceptor_reply(struct dtls_acceptor *, const struct dtls_hello *, bool);
static enum accept_result dtls_acceptor_give_socket(
    struct dtls_acceptor *, struct arrival *, const struct dtls_hello *, bool);
static bool dtls_acceptor_enter(struct dtls_acceptor *);
static void dtls_acceptor_leave(struct dtls_acceptor *);
static int dtls_acceptor_socket(const struct datagram *);
static int dtls_acceptor_connect(int, const struct datagram *);
static enum hello dtls_acceptor_hear_again(
    struct connection *, const uint8_t *, size_t, struct dtls_hello *, bool *);
static void dtls_acceptor_answer_again(
    struct connection *, const struct dtls_hello *, bool);
static void
dtls_acceptor_keep_stray(struct dtls_acceptor *, const struct connection *,
    const struct sockaddr_storage *, const uint8_t *, size_t);
static bool
dtls_acceptor_hold(struct dtls_acceptor *, const struct connection *,
    const struct sockaddr_storage *, const uint8_t *, size_t);
static void dtls_acceptor_put_by(struct dtls_acceptor *);
static void dtls_acceptor_introduce(
    struct arrival *, const struct dtls_hello *, const uint8_t *, size_t);
static void dtls_acceptor_gather(
    struct dtls_acceptor *, struct arrival *, const struct dtls_hello *);
static struct connection *
dtls_acceptor_find(const struct dtls_acceptor *, const uint8_t *);

static enum hello dtls_acceptor_judge(struct dtls_acceptor *,
    const struct sockaddr_storage *, const struct dtls_hello *);
static size_t dtls_acceptor_answer(struct dtls_acceptor *,
    const struct sockaddr_storage *, const struct dtls_hello *, uint8_t *);
static int64_t dtls_acceptor_now_s(const struct dtls_acceptor *);
static bool dtls_acceptor_enter_again(const struct connection *);
static bool dtls_acceptor_successor(struct connection *,
    const struct dtls_hello *, const uint8_t *, size_t, bool);

int
dtls_acceptor_open(struct dtls_acceptor *acceptor, struct worker *worker)
{
	const struct worker_setup *setup = worker->setup;
	struct shared_board *board = setup->shared->board;
	struct sockaddr_in6 own = { 0 }; /* or an IPv4 one */
	socklen_t size = sizeof(own);

	memset(acceptor, 0, sizeof(*acceptor));
	acceptor->worker = worker;
	acceptor->stray.run = dtls_acceptor_on_stray;
	acceptor->stray.arg = acceptor;
	textbuf_init(&acceptor->strays);
	if (getsockname(setup->listener_fd, (struct sockaddr *)&own, &size) ==
	    -1) {
		log_warn("the listener's address");
		return -1;
	}
	acceptor->port = own.sin6_port; /* where sin_port is, too */
	acceptor->datagram = malloc(sizeof(*acceptor->datagram));
	if (acceptor->datagram == NULL)
		fatalx("out of memory");
	dtls_pieces_open(&acceptor->pieces, setup->shared->fragments,
	    setup->shared->turn, worker->slot);
	return cookie_maker_open(&acceptor->cookies, board->cookie_secret,
	    sizeof(board->cookie_secret));
}

void
dtls_acceptor_stop(struct dtls_acceptor *acceptor)
{
	loop_task_stop(&acceptor->worker->loop, &acceptor->stray);
	textbuf_free(&acceptor->strays);
}

enum accept_result
dtls_acceptor_accept(struct dtls_acceptor *acceptor, struct arrival *arrival)
{
	enum accept_result result = ACCEPT_NOTHING;
	int budget = DTLS_ACCEPTOR_A_TURN;
	int listener_fd = acceptor->worker->setup->listener_fd;

	while (result == ACCEPT_NOTHING) {
		if (budget-- == 0)
			return ACCEPT_MORE;
		if (!datagram_receive(
			acceptor->datagram, listener_fd, acceptor->port))
			return ACCEPT_NOTHING;
		result = dtls_acceptor_take(acceptor, arrival);
	}
	return result;
}

bool
dtls_acceptor_collect(struct dtls_acceptor *acceptor)
{
	struct dtls_pieces *pieces = &acceptor->pieces;
	int64_t now_ms = acceptor->worker->loop.now_ms;
	uint8_t cookie[DTLS_COOKIE_SIZE];
	struct connection *connection;
	bool found = false;

	while (dtls_pieces_collect(pieces, now_ms, cookie)) {
		found = true;
		connection = dtls_acceptor_find(acceptor, cookie);
		if (connection == NULL) {
			dtls_pieces_give_back(pieces, now_ms);
			continue;
		}
		if (connection->transport.in.size < DTLS_ACCEPTOR_IN_MAX)
			dtls_pieces_queue(pieces, &connection->transport.in);
		connection_resume(connection);
	}
	return found;
}

bool
dtls_acceptor_intercept(void *arg, const struct sockaddr_storage *from,
    const uint8_t *data, size_t size)
{
	struct connection *connection = arg;
	struct dtls_acceptor *acceptor = connection->worker->acceptor.dtls;
	struct dtls_hello hello;
	bool in_pieces;

	if (memcmp(from, &connection->peer, connection->peer_size) != 0) {
		dtls_acceptor_keep_stray(
		    acceptor, connection, from, data, size);
		return true;
	}
	switch (dtls_acceptor_hear_again(
	    connection, data, size, &hello, &in_pieces)) {
	case HELLO_NONE:
		return dtls_is_too_short(connection->ssl, data, size);
	case HELLO_ASKS:
		dtls_acceptor_answer_again(connection, &hello, in_pieces);
		return true;
	case HELLO_GOOD:
		break;
	}
	/* Its own once more: libssl knows what to do. */
	if (memcmp(hello.cookie, connection->cookie,
		sizeof(connection->cookie)) == 0)
		return false;
	return dtls_acceptor_successor(
	    connection, &hello, data, size, in_pieces);
}

void
dtls_acceptor_heard_all(const struct connection *connection)
{
	struct worker *worker = connection->worker;
	struct dtls_acceptor *acceptor = worker->acceptor.dtls;

	if (dtls_acceptor_hold(
		acceptor, connection, &connection->peer, NULL, 0))
		dtls_pieces_disown(&acceptor->pieces, acceptor->datagram,
		    connection->in_pieces);
}

void
dtls_acceptor_succeed(struct connection *connection)
{
	struct worker *worker = connection->worker;
	struct arrival *arrival = connection->successor;

	connection->successor = NULL;
	loop_remove(&worker->loop, &connection->event);
	arrival->fd = connection->transport.fd;
	/* To the old association the peer has gone without a word. */
	connection->transport.fd = -1;
	connection->transport.read_error = ECONNRESET;
	connection->transport.write_error = ECONNRESET;
	connection_end(connection);
	connection_start(worker, arrival);
	free(arrival);
}

/* The listener's, which it did not get. */
static void
dtls_acceptor_on_stray(void *arg)
{
	struct dtls_acceptor *acceptor = arg;
	struct arrival arrival;
	size_t at, size = acceptor->strays.size;

	for (at = 0; at < size; at += sizeof(*acceptor->datagram)) {
		memcpy(acceptor->datagram, acceptor->strays.data + at,
		    sizeof(*acceptor->datagram));
		if (dtls_acceptor_take(acceptor, &arrival) == ACCEPT_TOOK)
			connection_start(acceptor->worker, &arrival);
	}
	textbuf_drop(&acceptor->strays, size);
	if (acceptor->strays.size > 0)
		loop_defer(&acceptor->worker->loop, &acceptor->stray);
	else
		textbuf_free(&acceptor->strays);
}

/* NOTHING: the datagram at hand makes no connection. */
static enum accept_result
dtls_acceptor_take(struct dtls_acceptor *acceptor, struct arrival *arrival)
{
	struct worker *worker = acceptor->worker;
	struct accept_quota *quota = worker->setup->shared->quota;
	struct dtls_hello hello;
	enum accept_result result;
	bool in_pieces;

	switch (dtls_acceptor_hear(acceptor, &hello, &in_pieces)) {
	case HELLO_NONE:
		return ACCEPT_NOTHING;
	case HELLO_ASKS:
		dtls_acceptor_reply(acceptor, &hello, in_pieces);
		return ACCEPT_NOTHING;
	case HELLO_GOOD:
		break;
	}
	if (!dtls_acceptor_enter(acceptor))
		return ACCEPT_NOTHING;
	if (!accept_quota_claim(quota, worker->slot)) {
		dtls_acceptor_leave(acceptor);
		return ACCEPT_NOTHING;
	}
	fault_point("accept-claimed");
	result =
	    dtls_acceptor_give_socket(acceptor, arrival, &hello, in_pieces);
	if (result == ACCEPT_TOOK) {
		acceptor_took(worker);
		return result;
	}
	accept_quota_give_back(quota, worker->slot);
	dtls_acceptor_leave(acceptor);
	return result;
}

/* The datagram at hand, together with what came before if it is a piece. */
static enum hello
dtls_acceptor_hear(
    struct dtls_acceptor *acceptor, struct dtls_hello *hello, bool *in_pieces)
{
	const struct datagram *datagram = acceptor->datagram;

	*in_pieces = false;
	if (dtls_hello_parse(hello, datagram->data, datagram->size) == 0)
		return dtls_acceptor_judge(acceptor, &datagram->from, hello);
	switch (dtls_pieces_put(&acceptor->pieces, datagram,
	    acceptor->worker->loop.now_ms, hello)) {
	case DTLS_PIECE_NONE:
		break;
	case DTLS_PIECE_KEPT:
		/* It may be for a peer of our own. */
		(void)dtls_acceptor_collect(acceptor);
		break;
	case DTLS_PIECE_HEAD:
		*in_pieces = true;
		return dtls_acceptor_judge(acceptor, &datagram->from, hello);
	}
	return HELLO_NONE;
}

/* No more bytes than it came in, of which no other worker answers any. */
static void
dtls_acceptor_reply(struct dtls_acceptor *acceptor,
    const struct dtls_hello *hello, bool in_pieces)
{
	const struct datagram *datagram = acceptor->datagram;
	uint8_t answer[DTLS_HELLO_VERIFY_MAX];
	size_t size =
	    dtls_acceptor_answer(acceptor, &datagram->from, hello, answer);

	if (in_pieces && dtls_pieces_drop(&acceptor->pieces) < size)
		return;
	datagram_reply(
	    datagram, acceptor->worker->setup->listener_fd, answer, size);
}

/*
 * The socket first, as there may be none: then the client tries again, and its
 * cookie must not be claimed.
 */
static enum accept_result
dtls_acceptor_give_socket(struct dtls_acceptor *acceptor,
    struct arrival *arrival, const struct dtls_hello *hello, bool in_pieces)
{
	const struct datagram *datagram = acceptor->datagram;
	struct worker *worker = acceptor->worker;

	memset(arrival, 0, sizeof(*arrival));
	if ((arrival->fd = dtls_acceptor_socket(datagram)) == -1)
		return ACCEPT_FULL;
	if (!peer_claims_take(worker->setup->shared->claims, hello->cookie,
		worker->slot, worker->loop.now_ms) ||
	    dtls_acceptor_connect(arrival->fd, datagram) == -1) {
		close(arrival->fd);
		return ACCEPT_NOTHING;
	}
	arrival->peer = datagram->from;
	arrival->peer_size = datagram->address_size;
	dtls_acceptor_introduce(arrival, hello, datagram->data, datagram->size);
	/* What it came in is among its pieces. */
	if (!in_pieces)
		datagrams_queue(&arrival->in, datagram->data, datagram->size);
	if (!hello->whole)
		dtls_acceptor_gather(acceptor, arrival, hello);
	return ACCEPT_TOOK;
}

/* False: its sender has to wait. */
static bool
dtls_acceptor_enter(struct dtls_acceptor *acceptor)
{
	const struct datagram *datagram = acceptor->datagram;
	struct worker *worker = acceptor->worker;
	enum half_open_verdict verdict = half_open_enter(
	    worker->setup->shared->half_open, worker->slot, &datagram->from);
	char host[NI_MAXHOST] = "a host";

	if (verdict == HALF_OPEN_ENTERED)
		return true;
	if (!acceptor_may_warn(worker, &acceptor->warned_ms))
		return false;
	if (verdict == HALF_OPEN_FULL) {
		log_warnx("worker %u: as many peers shake hands as -half_open "
			  "allows: others have to wait",
		    worker->number);
		return false;
	}
	(void)getnameinfo((const struct sockaddr *)&datagram->from,
	    datagram->address_size, host, sizeof(host), NULL, 0,
	    NI_NUMERICHOST);
	log_warnx("worker %u: as many peers of %s shake hands as -half_open "
		  "leaves room for others: it has to wait",
	    worker->number, host);
	return false;
}

static void
dtls_acceptor_leave(struct dtls_acceptor *acceptor)
{
	struct worker *worker = acceptor->worker;

	half_open_leave(worker->setup->shared->half_open, worker->slot,
	    &acceptor->datagram->from);
}

static int
dtls_acceptor_socket(const struct datagram *datagram)
{
	return socket(datagram->from.ss_family,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Beside the listener, which has SO_REUSEADDR, too. */
static int
dtls_acceptor_connect(int fd, const struct datagram *datagram)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&datagram->to,
		datagram->address_size) == 0 &&
	    connect(fd, (const struct sockaddr *)&datagram->from,
		datagram->address_size) == 0)
		return 0;
	log_warn("cannot connect to a peer");
	return -1;
}

/*
 * A connection's peer says something. What is a piece of a hello is one that it
 * starts anew with, if it has shaken hands; before, it is of the hello that
 * libssl reads.
 */
static enum hello
dtls_acceptor_hear_again(struct connection *connection, const uint8_t *data,
    size_t size, struct dtls_hello *hello, bool *in_pieces)
{
	struct worker *worker = connection->worker;
	struct dtls_acceptor *acceptor = worker->acceptor.dtls;
	struct dtls_hello_piece piece;

	*in_pieces = false;
	if (dtls_hello_piece(&piece, data, size) == -1)
		return HELLO_NONE;
	if (dtls_hello_parse(hello, data, size) == -1) {
		if (connection->half_open ||
		    !dtls_acceptor_hold(
			acceptor, connection, &connection->peer, data, size) ||
		    dtls_pieces_put_again(&acceptor->pieces, acceptor->datagram,
			worker->loop.now_ms, hello) != DTLS_PIECE_HEAD)
			return HELLO_NONE;
		*in_pieces = true;
	}
	return dtls_acceptor_judge(acceptor, &connection->peer, hello);
}

static void
dtls_acceptor_answer_again(struct connection *connection,
    const struct dtls_hello *hello, bool in_pieces)
{
	struct worker *worker = connection->worker;
	struct dtls_acceptor *acceptor = worker->acceptor.dtls;
	uint8_t answer[DTLS_HELLO_VERIFY_MAX];
	size_t size =
	    dtls_acceptor_answer(acceptor, &connection->peer, hello, answer);

	if (in_pieces && dtls_pieces_drop(&acceptor->pieces) < size)
		return;
	(void)send(connection->transport.fd, answer, size,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
}

/*
 * It came while the new socket was bound and not yet connected, or was on its
 * way there while it was being connected.
 */
static void
dtls_acceptor_keep_stray(struct dtls_acceptor *acceptor,
    const struct connection *connection, const struct sockaddr_storage *from,
    const uint8_t *data, size_t size)
{
	if (acceptor->worker->acceptor.state != ACCEPTOR_STOPPED &&
	    dtls_acceptor_hold(acceptor, connection, from, data, size))
		dtls_acceptor_put_by(acceptor);
}

/* Have one that a connection's socket got at hand. False: it cannot be. */
static bool
dtls_acceptor_hold(struct dtls_acceptor *acceptor,
    const struct connection *connection, const struct sockaddr_storage *from,
    const uint8_t *data, size_t size)
{
	struct datagram *datagram = acceptor->datagram;

	datagram->address_size = sizeof(datagram->to);
	if (size > sizeof(datagram->data) ||
	    getsockname(connection->transport.fd,
		(struct sockaddr *)&datagram->to,
		&datagram->address_size) == -1)
		return false;
	datagram->from = *from;
	datagram->size = size;
	if (size > 0)
		memcpy(datagram->data, data, size);
	return true;
}

/* The datagram at hand is looked at as soon as others have had their turn. */
static void
dtls_acceptor_put_by(struct dtls_acceptor *acceptor)
{
	textbuf_append(
	    &acceptor->strays, acceptor->datagram, sizeof(*acceptor->datagram));
	loop_defer(&acceptor->worker->loop, &acceptor->stray);
}

/*
 * libssl has seen nothing of the exchange so far. It gets both ClientHellos, so
 * that it counts messages as the client does, and -msg and the like tell all.
 * This is the first one.
 */
static void
dtls_acceptor_introduce(struct arrival *arrival, const struct dtls_hello *hello,
    const uint8_t *data, size_t size)
{
	uint8_t first[DATAGRAM_MAX];

	memcpy(arrival->cookie, hello->cookie, sizeof(arrival->cookie));
	memcpy(
	    arrival->number, hello->record_sequence, sizeof(arrival->number));
	arrival->in_pieces = hello->whole ? 0 : hello->message_length;
	textbuf_init(&arrival->in);
	datagrams_queue(&arrival->in, first,
	    dtls_hello_without_cookie(hello, data, size, first, sizeof(first)));
}

/*
 * The rest of its ClientHello: what others have read, and what still lies in
 * the listener's queue. Where somebody else's datagram is there, the rest comes
 * as others read it. The datagram at hand is another one then.
 */
static void
dtls_acceptor_gather(struct dtls_acceptor *acceptor, struct arrival *arrival,
    const struct dtls_hello *hello)
{
	struct datagram *datagram = acceptor->datagram;
	struct worker *worker = acceptor->worker;
	int budget = DTLS_ACCEPTOR_A_TURN;

	dtls_pieces_claim(&acceptor->pieces, datagram, hello,
	    worker->loop.now_ms, &arrival->in);
	while (budget-- > 0 && arrival->in.size < DTLS_ACCEPTOR_IN_MAX &&
	    datagram_receive(
		datagram, worker->setup->listener_fd, acceptor->port)) {
		if (!dtls_pieces_is_more(&acceptor->pieces, datagram)) {
			dtls_acceptor_put_by(acceptor);
			break;
		}
		datagrams_queue(&arrival->in, datagram->data, datagram->size);
	}
}

/* The one that came with this cookie, most likely of late. NULL: it is gone. */
static struct connection *
dtls_acceptor_find(const struct dtls_acceptor *acceptor, const uint8_t *cookie)
{
	struct connection *connection;

	TAILQ_FOREACH_REVERSE(
	    connection, &acceptor->worker->connections, connection_list, entry)
	if (connection->state != CONNECTION_CLOSED &&
	    memcmp(connection->cookie, cookie, sizeof(connection->cookie)) == 0)
		return connection;
	return NULL;
}

static enum hello
dtls_acceptor_judge(struct dtls_acceptor *acceptor,
    const struct sockaddr_storage *peer, const struct dtls_hello *hello)
{
	if (!dtls_cookie_good(&acceptor->cookies, peer, hello->fixed,
		hello->fixed_size, dtls_acceptor_now_s(acceptor), hello->cookie,
		hello->cookie_size))
		return HELLO_ASKS;
	/* It is the second message; libssl would wait for that one. */
	return hello->message_sequence == 1 ? HELLO_GOOD : HELLO_NONE;
}

/* Returns the size; 0: nothing can be said. */
static size_t
dtls_acceptor_answer(struct dtls_acceptor *acceptor,
    const struct sockaddr_storage *peer, const struct dtls_hello *hello,
    uint8_t *answer)
{
	uint8_t cookie[DTLS_COOKIE_SIZE];

	if (!dtls_cookie_make(&acceptor->cookies, peer, hello->fixed,
		hello->fixed_size, dtls_acceptor_now_s(acceptor), cookie))
		return 0;
	return dtls_hello_verify_request(hello, cookie, sizeof(cookie), answer);
}

/* The same clock in all workers. */
static int64_t
dtls_acceptor_now_s(const struct dtls_acceptor *acceptor)
{
	return acceptor->worker->loop.now_ms / 1000;
}

/* Who has shaken hands has no place any more that it could take over. */
static bool
dtls_acceptor_enter_again(const struct connection *connection)
{
	struct worker *worker = connection->worker;
	struct half_open *half_open = worker->setup->shared->half_open;

	if (!connection->half_open)
		return half_open_enter(half_open, worker->slot,
			   &connection->peer) == HALF_OPEN_ENTERED;
	half_open_replace(half_open, worker->slot, &connection->peer);
	return true;
}

/* True: it is served, now or never. */
static bool
dtls_acceptor_successor(struct connection *connection,
    const struct dtls_hello *hello, const uint8_t *data, size_t size,
    bool in_pieces)
{
	struct dtls_acceptor *acceptor = connection->worker->acceptor.dtls;
	struct worker *worker = connection->worker;
	struct shared *shared = worker->setup->shared;
	struct arrival *arrival;

	/* A server that quits takes nobody any more. */
	if (connection->successor != NULL || worker->quitting ||
	    !dtls_acceptor_enter_again(connection))
		return true;
	if (!accept_quota_claim(shared->quota, worker->slot)) {
		half_open_leave(
		    shared->half_open, worker->slot, &connection->peer);
		return true;
	}
	if (!peer_claims_take(shared->claims, hello->cookie, worker->slot,
		worker->loop.now_ms)) {
		accept_quota_give_back(shared->quota, worker->slot);
		half_open_leave(
		    shared->half_open, worker->slot, &connection->peer);
		return true;
	}
	if ((arrival = calloc(1, sizeof(*arrival))) == NULL)
		fatalx("out of memory");
	arrival->peer = connection->peer;
	arrival->peer_size = connection->peer_size;
	dtls_acceptor_introduce(arrival, hello, data, size);
	if (!in_pieces)
		datagrams_queue(&arrival->in, data, size);
	if (!hello->whole &&
	    dtls_acceptor_hold(
		acceptor, connection, &connection->peer, data, size))
		dtls_pieces_claim(&acceptor->pieces, acceptor->datagram, hello,
		    worker->loop.now_ms, &arrival->in);
	acceptor_took(worker);
	connection->successor = arrival;
	/* What comes next is not the old association's. */
	connection->transport.can_read = false;
	return true;
}
