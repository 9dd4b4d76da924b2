#include <sys/socket.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accept/dtls_acceptor.h"
#include "base/dtls_hello.h"
#include "base/services.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "net/datagram.h"
#include "net/datagram_socket.h"
#include "shared/accept_quota.h"
#include "shared/half_open.h"
#include "shared/peer_claims.h"
#include "shared/shared.h"

#define DTLS_ACCEPTOR_A_TURN 64
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
static bool dtls_acceptor_hold(struct dtls_acceptor *, int,
    const struct sockaddr_storage *, const uint8_t *, size_t);
static void dtls_acceptor_put_by(struct dtls_acceptor *);
static void dtls_acceptor_introduce(
    struct arrival *, const struct dtls_hello *, const uint8_t *, size_t);
static void dtls_acceptor_gather(
    struct dtls_acceptor *, struct arrival *, const struct dtls_hello *);
static enum hello dtls_acceptor_judge(struct dtls_acceptor *,
    const struct sockaddr_storage *, const struct dtls_hello *);
static size_t dtls_acceptor_answer(struct dtls_acceptor *,
    const struct sockaddr_storage *, const struct dtls_hello *, uint8_t *);
static int64_t dtls_acceptor_now_s(const struct dtls_acceptor *);
static bool
dtls_acceptor_enter_again(const struct services *, const struct dtls_known *);
static bool dtls_acceptor_claim_again(const struct services *, const uint8_t *);

int
dtls_acceptor_open(struct dtls_acceptor *acceptor, const struct acceptor *owner)
{
	const struct services *services = owner->services;
	struct shared_board *board = services->shared->board;
	struct sockaddr_in6 own = { 0 }; /* or an IPv4 one */
	socklen_t size = sizeof(own);

	memset(acceptor, 0, sizeof(*acceptor));
	acceptor->services = services;
	acceptor->owner = owner;
	acceptor->stray.run = dtls_acceptor_on_stray;
	acceptor->stray.arg = acceptor;
	textbuf_init(&acceptor->strays);
	if (getsockname(
		services->listener_fd, (struct sockaddr *)&own, &size) == -1) {
		log_warn("the listener's address");
		return -1;
	}
	acceptor->port = own.sin6_port; /* sin_port is at the same place */
	acceptor->datagram = malloc(sizeof(*acceptor->datagram));
	if (acceptor->datagram == NULL)
		fatalx("out of memory");
	dtls_pieces_open(&acceptor->pieces, services->shared->fragments,
	    services->shared->turn, services->slot);
	return cookie_maker_open(&acceptor->cookies, board->cookie_secret,
	    sizeof(board->cookie_secret));
}

void
dtls_acceptor_stop(struct dtls_acceptor *acceptor)
{
	loop_task_stop(acceptor->services->loop, &acceptor->stray);
	textbuf_free(&acceptor->strays);
}

enum accept_result
dtls_acceptor_accept(struct dtls_acceptor *acceptor, struct arrival *arrival)
{
	enum accept_result result = ACCEPT_NOTHING;
	int budget = DTLS_ACCEPTOR_A_TURN;
	int listener_fd = acceptor->services->listener_fd;

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
	const struct acceptor *owner = acceptor->owner;
	struct dtls_pieces *pieces = &acceptor->pieces;
	int64_t now_ms = acceptor->services->loop->now_ms;
	uint8_t cookie[DTLS_COOKIE_SIZE];
	bool found = false;

	while (dtls_pieces_collect(pieces, now_ms, cookie)) {
		found = true;
		if (!owner->calls->deliver(owner->arg, cookie, pieces))
			dtls_pieces_give_back(pieces, now_ms);
	}
	return found;
}

/*
 * The datagram came while the new socket was bound and not connected, or was on
 * its way there meanwhile.
 */
void
dtls_acceptor_stray(struct dtls_acceptor *acceptor, int fd,
    const struct sockaddr_storage *from, const uint8_t *data, size_t size)
{
	if (acceptor->owner->state != ACCEPTOR_STOPPED &&
	    dtls_acceptor_hold(acceptor, fd, from, data, size))
		dtls_acceptor_put_by(acceptor);
}

enum hello
dtls_acceptor_hear_again(struct dtls_acceptor *acceptor,
    const struct dtls_known *known, const uint8_t *data, size_t size,
    struct dtls_hello *hello, bool *in_pieces)
{
	struct dtls_hello_piece piece;

	*in_pieces = false;
	if (dtls_hello_piece(&piece, data, size) == -1)
		return HELLO_NONE;
	if (dtls_hello_parse(hello, data, size) == -1) {
		if (known->half_open ||
		    !dtls_acceptor_hold(
			acceptor, known->fd, known->peer, data, size) ||
		    dtls_pieces_put_again(&acceptor->pieces, acceptor->datagram,
			acceptor->services->loop->now_ms,
			hello) != DTLS_PIECE_HEAD)
			return HELLO_NONE;
		*in_pieces = true;
	}
	return dtls_acceptor_judge(acceptor, known->peer, hello);
}

void
dtls_acceptor_answer_again(struct dtls_acceptor *acceptor,
    const struct dtls_known *known, const struct dtls_hello *hello,
    bool in_pieces)
{
	uint8_t answer[DTLS_HELLO_VERIFY_MAX];
	size_t size =
	    dtls_acceptor_answer(acceptor, known->peer, hello, answer);

	if (in_pieces && dtls_pieces_drop(&acceptor->pieces) < size)
		return;
	(void)send(known->fd, answer, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

struct arrival *
dtls_acceptor_take_again(struct dtls_acceptor *acceptor,
    const struct dtls_known *known, const struct dtls_hello *hello,
    const uint8_t *data, size_t size, bool in_pieces)
{
	const struct services *services = acceptor->services;
	struct arrival *arrival;

	if (!dtls_acceptor_enter_again(services, known))
		return NULL;
	if (!dtls_acceptor_claim_again(services, hello->cookie)) {
		half_open_leave(
		    services->shared->half_open, services->slot, known->peer);
		return NULL;
	}
	if ((arrival = calloc(1, sizeof(*arrival))) == NULL)
		fatalx("out of memory");
	arrival->peer = *known->peer;
	arrival->peer_size = known->peer_size;
	dtls_acceptor_introduce(arrival, hello, data, size);
	if (!in_pieces)
		datagram_socket_queue(&arrival->in, data, size);
	if (!hello->whole &&
	    dtls_acceptor_hold(acceptor, known->fd, known->peer, data, size))
		dtls_pieces_claim(&acceptor->pieces, acceptor->datagram, hello,
		    services->loop->now_ms, &arrival->in);
	arrival_took(services, arrival, known->fd, NULL);
	return arrival;
}

void
dtls_acceptor_heard_all(struct dtls_acceptor *acceptor,
    const struct dtls_known *known, unsigned number, uint32_t length)
{
	if (dtls_acceptor_hold(acceptor, known->fd, known->peer, NULL, 0))
		dtls_pieces_disown(
		    &acceptor->pieces, acceptor->datagram, number, length);
}

/* Treat the datagrams of strangers as if they had come to the listener. */
static void
dtls_acceptor_on_stray(void *arg)
{
	struct dtls_acceptor *acceptor = arg;
	const struct acceptor *owner = acceptor->owner;
	struct arrival arrival;
	size_t at, size = acceptor->strays.size;

	for (at = 0; at < size; at += sizeof(*acceptor->datagram)) {
		memcpy(acceptor->datagram, acceptor->strays.data + at,
		    sizeof(*acceptor->datagram));
		if (dtls_acceptor_take(acceptor, &arrival) == ACCEPT_TOOK)
			owner->calls->arrived(owner->arg, &arrival);
	}
	textbuf_drop(&acceptor->strays, size);
	if (acceptor->strays.size > 0)
		loop_defer(acceptor->services->loop, &acceptor->stray);
	else
		textbuf_free(&acceptor->strays);
}

/* Returns ACCEPT_NOTHING if the current datagram makes no connection. */
static enum accept_result
dtls_acceptor_take(struct dtls_acceptor *acceptor, struct arrival *arrival)
{
	const struct services *services = acceptor->services;
	struct accept_quota *quota = services->shared->quota;
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
	if (!accept_quota_claim(quota, services->slot)) {
		dtls_acceptor_leave(acceptor);
		return ACCEPT_NOTHING;
	}
	fault_point("accept-claimed");
	result =
	    dtls_acceptor_give_socket(acceptor, arrival, &hello, in_pieces);
	if (result == ACCEPT_TOOK) {
		arrival_took(services, arrival, arrival->fd, NULL);
		return result;
	}
	accept_quota_give_back(quota, services->slot);
	dtls_acceptor_leave(acceptor);
	return result;
}

/* Judge the current datagram, with the pieces that came before it. */
static enum hello
dtls_acceptor_hear(
    struct dtls_acceptor *acceptor, struct dtls_hello *hello, bool *in_pieces)
{
	const struct datagram *datagram = acceptor->datagram;

	*in_pieces = false;
	if (dtls_hello_parse(hello, datagram->data, datagram->size) == 0)
		return dtls_acceptor_judge(acceptor, &datagram->from, hello);
	switch (dtls_pieces_put(&acceptor->pieces, datagram,
	    acceptor->services->loop->now_ms, hello)) {
	case DTLS_PIECE_NONE:
		break;
	case DTLS_PIECE_KEPT:
		/* The piece may be for one of our peers. */
		(void)dtls_acceptor_collect(acceptor);
		break;
	case DTLS_PIECE_HEAD:
		*in_pieces = true;
		return dtls_acceptor_judge(acceptor, &datagram->from, hello);
	}
	return HELLO_NONE;
}

/*
 * An answer has no more bytes than the pieces of the hello. dtls_pieces_drop
 * sees to it that no other worker answers them as well.
 */
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
	datagram_reply(datagram, acceptor->services->listener_fd, answer, size);
}

/*
 * The socket is made first: if that fails, the client tries again, and so its
 * cookie must not be claimed yet.
 */
static enum accept_result
dtls_acceptor_give_socket(struct dtls_acceptor *acceptor,
    struct arrival *arrival, const struct dtls_hello *hello, bool in_pieces)
{
	const struct datagram *datagram = acceptor->datagram;
	const struct services *services = acceptor->services;

	memset(arrival, 0, sizeof(*arrival));
	if ((arrival->fd = dtls_acceptor_socket(datagram)) == -1)
		return ACCEPT_FULL;
	if (!peer_claims_take(services->shared->claims, hello->cookie,
		services->slot, services->loop->now_ms) ||
	    dtls_acceptor_connect(arrival->fd, datagram) == -1) {
		close(arrival->fd);
		return ACCEPT_NOTHING;
	}
	arrival->peer = datagram->from;
	arrival->peer_size = datagram->address_size;
	dtls_acceptor_introduce(arrival, hello, datagram->data, datagram->size);
	/* A datagram that is a piece is on the board. */
	if (!in_pieces)
		datagram_socket_queue(
		    &arrival->in, datagram->data, datagram->size);
	if (!hello->whole)
		dtls_acceptor_gather(acceptor, arrival, hello);
	return ACCEPT_TOOK;
}

/* Take a place in half_open.h. Returns false if the peer has to wait. */
static bool
dtls_acceptor_enter(struct dtls_acceptor *acceptor)
{
	const struct datagram *datagram = acceptor->datagram;
	const struct services *services = acceptor->services;
	enum half_open_verdict verdict = half_open_enter(
	    services->shared->half_open, services->slot, &datagram->from);
	char host[NI_MAXHOST] = "a host";

	if (verdict == HALF_OPEN_ENTERED)
		return true;
	if (!arrival_may_warn(services, &acceptor->warned_ms))
		return false;
	if (verdict == HALF_OPEN_FULL) {
		log_warnx("worker %u: as many peers shake hands as -half_open "
			  "allows: others have to wait",
		    services->number);
		return false;
	}
	(void)getnameinfo((const struct sockaddr *)&datagram->from,
	    datagram->address_size, host, sizeof(host), NULL, 0,
	    NI_NUMERICHOST);
	log_warnx("worker %u: as many peers of %s shake hands as -half_open "
		  "leaves room for others: it has to wait",
	    services->number, host);
	return false;
}

static void
dtls_acceptor_leave(struct dtls_acceptor *acceptor)
{
	const struct services *services = acceptor->services;

	half_open_leave(services->shared->half_open, services->slot,
	    &acceptor->datagram->from);
}

static int
dtls_acceptor_socket(const struct datagram *datagram)
{
	return socket(datagram->from.ss_family,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* The address is also the listener's, which has SO_REUSEADDR as well. */
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
 * Make a datagram that a peer's socket got the current one. Returns false if it
 * is too long, or if its address is not known.
 */
static bool
dtls_acceptor_hold(struct dtls_acceptor *acceptor, int fd,
    const struct sockaddr_storage *from, const uint8_t *data, size_t size)
{
	struct datagram *datagram = acceptor->datagram;

	datagram->address_size = sizeof(datagram->to);
	if (size > sizeof(datagram->data) ||
	    getsockname(fd, (struct sockaddr *)&datagram->to,
		&datagram->address_size) == -1)
		return false;
	datagram->from = *from;
	datagram->size = size;
	if (size > 0)
		memcpy(datagram->data, data, size);
	return true;
}

/* Keep the current datagram for the next turn. */
static void
dtls_acceptor_put_by(struct dtls_acceptor *acceptor)
{
	textbuf_append(
	    &acceptor->strays, acceptor->datagram, sizeof(*acceptor->datagram));
	loop_defer(acceptor->services->loop, &acceptor->stray);
}

/*
 * libssl has seen nothing of the cookie exchange. It gets all ClientHellos, so
 * that it counts messages as the client does, and -msg and the like show all of
 * them. This makes those before the current one.
 */
static void
dtls_acceptor_introduce(struct arrival *arrival, const struct dtls_hello *hello,
    const uint8_t *data, size_t size)
{
	uint8_t before[DATAGRAM_MAX];
	unsigned i;

	memcpy(arrival->cookie, hello->cookie, sizeof(arrival->cookie));
	memcpy(
	    arrival->number, hello->record_sequence, sizeof(arrival->number));
	arrival->in_pieces = hello->whole ? 0 : hello->message_length;
	arrival->hellos_before = hello->message_sequence;
	textbuf_init(&arrival->in);
	for (i = 0; i < arrival->hellos_before; i++)
		datagram_socket_queue(&arrival->in, before,
		    dtls_hello_without_cookie(
			hello, i, data, size, before, sizeof(before)));
}

/*
 * Get the rest of a ClientHello: what other workers have read, and what is
 * still in the listener's queue, up to the first other datagram. Pieces behind
 * that come when workers read them. The current datagram is another one
 * afterwards.
 */
static void
dtls_acceptor_gather(struct dtls_acceptor *acceptor, struct arrival *arrival,
    const struct dtls_hello *hello)
{
	struct datagram *datagram = acceptor->datagram;
	const struct services *services = acceptor->services;
	int budget = DTLS_ACCEPTOR_A_TURN;

	dtls_pieces_claim(&acceptor->pieces, datagram, hello,
	    services->loop->now_ms, &arrival->in);
	while (budget-- > 0 && arrival->in.size < DTLS_ACCEPTOR_IN_MAX &&
	    datagram_receive(datagram, services->listener_fd, acceptor->port)) {
		if (!dtls_pieces_is_more(&acceptor->pieces, datagram)) {
			dtls_acceptor_put_by(acceptor);
			break;
		}
		datagram_socket_queue(
		    &arrival->in, datagram->data, datagram->size);
	}
}

static enum hello
dtls_acceptor_judge(struct dtls_acceptor *acceptor,
    const struct sockaddr_storage *peer, const struct dtls_hello *hello)
{
	if (!dtls_cookie_good(&acceptor->cookies, peer, hello->fixed,
		hello->fixed_size, dtls_acceptor_now_s(acceptor), hello->cookie,
		hello->cookie_size))
		return hello->message_sequence < DTLS_HELLO_MESSAGE_MAX
		    ? HELLO_ASKS
		    : HELLO_NONE;
	/* The first one cannot have a cookie of this association. */
	return hello->message_sequence > 0 &&
		hello->message_sequence <= DTLS_HELLO_MESSAGE_MAX
	    ? HELLO_GOOD
	    : HELLO_NONE;
}

/* Make the answer. Returns its size, or 0 if there is none. */
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

/* All workers have the same clock. */
static int64_t
dtls_acceptor_now_s(const struct dtls_acceptor *acceptor)
{
	return acceptor->services->loop->now_ms / 1000;
}

/* A peer that has finished its handshake has given its place back. */
static bool
dtls_acceptor_enter_again(
    const struct services *services, const struct dtls_known *known)
{
	struct half_open *half_open = services->shared->half_open;

	if (!known->half_open)
		return half_open_enter(half_open, services->slot,
			   known->peer) == HALF_OPEN_ENTERED;
	half_open_replace(half_open, services->slot, known->peer);
	return true;
}

/* Returns false if the quota is used up, or the cookie was used before. */
static bool
dtls_acceptor_claim_again(
    const struct services *services, const uint8_t *cookie)
{
	struct shared *shared = services->shared;

	if (!accept_quota_claim(shared->quota, services->slot))
		return false;
	if (peer_claims_take(
		shared->claims, cookie, services->slot, services->loop->now_ms))
		return true;
	accept_quota_give_back(shared->quota, services->slot);
	return false;
}
