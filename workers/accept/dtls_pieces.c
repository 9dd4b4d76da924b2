#include <sys/socket.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "accept/dtls_pieces.h"
#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "net/datagram.h"
#include "net/datagram_socket.h"
#include "shared/accept_turn.h"
#include "tls/dtls_cookie.h"

/* libssl takes no longer ClientHello. */
#define PIECES_MESSAGE_MAX 131396

/* What the pieces of one hello have in common; no padding. */
struct pieces_key {
	uint8_t from[16], to[16];
	uint8_t from_port[2];
	uint8_t from_scope[4];
	uint8_t message_sequence[2];
	uint8_t message_length[4];
	uint8_t family;
	uint8_t zero[3];
};

_Static_assert(sizeof(struct pieces_key) == FRAGMENT_KEY,
    "a key is as long as the board has them");
_Static_assert(DTLS_COOKIE_SIZE == FRAGMENT_MARK,
    "cookies are what connections are known by");

static bool pieces_of(
    const struct datagram *, struct dtls_hello_piece *, struct fragment_key *);
static enum dtls_piece pieces_join(struct dtls_pieces *,
    const struct datagram *, uint32_t, int64_t, struct dtls_hello *);
static bool pieces_worth(const struct dtls_hello_piece *);
static struct fragment_key
pieces_key(const struct datagram *, uint16_t, uint32_t);
static void
pieces_address(const struct sockaddr_storage *, uint8_t *, uint8_t *);
static void pieces_put(struct dtls_pieces *, const struct fragment *, int64_t);

void
dtls_pieces_open(struct dtls_pieces *pieces, struct fragment_board *board,
    struct accept_turn *turn, uint32_t slot)
{
	memset(pieces, 0, sizeof(*pieces));
	pieces->board = board;
	pieces->turn = turn;
	pieces->slot = slot;
	if ((pieces->found = malloc(sizeof(*pieces->found))) == NULL)
		fatalx("out of memory");
}

enum dtls_piece
dtls_pieces_put(struct dtls_pieces *pieces, const struct datagram *datagram,
    int64_t now_ms, struct dtls_hello *hello)
{
	struct dtls_hello_piece piece;

	if (!pieces_of(datagram, &piece, &pieces->key))
		return DTLS_PIECE_NONE;
	return pieces_join(pieces, datagram, piece.offset, now_ms, hello);
}

enum dtls_piece
dtls_pieces_put_again(struct dtls_pieces *pieces,
    const struct datagram *datagram, int64_t now_ms, struct dtls_hello *hello)
{
	struct dtls_hello_piece piece;

	if (!pieces_of(datagram, &piece, &pieces->key))
		return DTLS_PIECE_NONE;
	/* An earlier hello of the peer may have the same key. */
	fragment_board_disown(pieces->board, &pieces->key, pieces->slot);
	return pieces_join(pieces, datagram, piece.offset, now_ms, hello);
}

size_t
dtls_pieces_drop(struct dtls_pieces *pieces)
{
	return fragment_board_drop(pieces->board, &pieces->key);
}

void
dtls_pieces_claim(struct dtls_pieces *pieces, const struct datagram *datagram,
    const struct dtls_hello *hello, int64_t now_ms, struct textbuf *in)
{
	pieces->key = pieces_key(
	    datagram, hello->message_sequence, hello->message_length);
	fragment_board_claim(pieces->board, &pieces->key, pieces->slot,
	    hello->cookie, now_ms, pieces->found);
	dtls_pieces_queue(pieces, in);
}

void
dtls_pieces_disown(struct dtls_pieces *pieces, const struct datagram *datagram,
    unsigned number, uint32_t length)
{
	struct fragment_key key =
	    pieces_key(datagram, (uint16_t)number, length);

	fragment_board_disown(pieces->board, &key, pieces->slot);
}

bool
dtls_pieces_is_more(
    const struct dtls_pieces *pieces, const struct datagram *datagram)
{
	struct dtls_hello_piece piece;
	struct fragment_key key;

	return pieces_of(datagram, &piece, &key) &&
	    memcmp(&key, &pieces->key, sizeof(key)) == 0;
}

bool
dtls_pieces_collect(struct dtls_pieces *pieces, int64_t now_ms, uint8_t *cookie)
{
	return fragment_board_collect(pieces->board, pieces->slot, now_ms,
	    &pieces->key, cookie, pieces->found);
}

void
dtls_pieces_queue(const struct dtls_pieces *pieces, struct textbuf *in)
{
	struct fragment fragment;
	size_t at = 0;

	while (fragments_next(pieces->found, &at, &fragment))
		datagram_socket_queue(in, fragment.data, fragment.size);
}

void
dtls_pieces_give_back(struct dtls_pieces *pieces, int64_t now_ms)
{
	struct fragment fragment;
	size_t at = 0;

	fragment_board_disown(pieces->board, &pieces->key, pieces->slot);
	while (fragments_next(pieces->found, &at, &fragment))
		pieces_put(pieces, &fragment, now_ms);
}

/* Returns false for a datagram that is no piece, or not worth keeping. */
static bool
pieces_of(const struct datagram *datagram, struct dtls_hello_piece *piece,
    struct fragment_key *key)
{
	if (dtls_hello_piece(piece, datagram->data, datagram->size) == -1 ||
	    !pieces_worth(piece))
		return false;
	*key = pieces_key(
	    datagram, piece->message_sequence, piece->message_length);
	return true;
}

/* Put the piece on the board, and check if the head is complete. */
static enum dtls_piece
pieces_join(struct dtls_pieces *pieces, const struct datagram *datagram,
    uint32_t offset, int64_t now_ms, struct dtls_hello *hello)
{
	struct fragment fragment = { offset, datagram->data, datagram->size };
	size_t at = 0;

	pieces_put(pieces, &fragment, now_ms);
	if (offset >= DTLS_HELLO_HEAD_MAX)
		return DTLS_PIECE_KEPT;
	fragment_board_look(pieces->board, &pieces->key, DTLS_HELLO_HEAD_MAX,
	    now_ms, pieces->found);
	memset(&pieces->head, 0, sizeof(pieces->head));
	while (fragments_next(pieces->found, &at, &fragment))
		dtls_hello_head_add(
		    &pieces->head, fragment.data, fragment.size);
	return dtls_hello_head_parse(&pieces->head, hello) == 0
	    ? DTLS_PIECE_HEAD
	    : DTLS_PIECE_KEPT;
}

/*
 * Of the hello without a cookie only the head is worth keeping. Later messages
 * are not: there is no peer yet that could send them.
 */
static bool
pieces_worth(const struct dtls_hello_piece *piece)
{
	return piece->size > 0 && piece->size < piece->message_length &&
	    piece->message_length <= PIECES_MESSAGE_MAX &&
	    piece->message_sequence <= DTLS_HELLO_MESSAGE_MAX &&
	    (piece->message_sequence > 0 ||
		piece->offset < DTLS_HELLO_HEAD_MAX);
}

static struct fragment_key
pieces_key(const struct datagram *datagram, uint16_t sequence, uint32_t length)
{
	const struct sockaddr_in6 *from6 =
	    (const struct sockaddr_in6 *)&datagram->from;
	struct pieces_key parts = { .family =
					(uint8_t)datagram->from.ss_family };
	struct fragment_key key;
	uint8_t port[2];

	pieces_address(&datagram->from, parts.from, parts.from_port);
	pieces_address(&datagram->to, parts.to, port);
	if (datagram->from.ss_family == AF_INET6)
		memcpy(parts.from_scope, &from6->sin6_scope_id,
		    sizeof(parts.from_scope));
	memcpy(parts.message_sequence, &sequence, sizeof(sequence));
	memcpy(parts.message_length, &length, sizeof(length));
	memcpy(key.bytes, &parts, sizeof(key.bytes));
	return key;
}

/* Only what tells peers apart. Our own port is always the same. */
static void
pieces_address(
    const struct sockaddr_storage *from, uint8_t *address, uint8_t *port)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;

	if (from->ss_family == AF_INET6) {
		memcpy(address, &v6->sin6_addr, sizeof(v6->sin6_addr));
		memcpy(port, &v6->sin6_port, sizeof(v6->sin6_port));
	} else {
		memcpy(address, &v4->sin_addr, sizeof(v4->sin_addr));
		memcpy(port, &v4->sin_port, sizeof(v4->sin_port));
	}
}

/* Wakes the owner, which looks for the piece on the board. */
static void
pieces_put(
    struct dtls_pieces *pieces, const struct fragment *fragment, int64_t now_ms)
{
	uint32_t owner =
	    fragment_board_put(pieces->board, &pieces->key, fragment, now_ms);

	if (owner != FRAGMENT_BOARD_NOBODY && owner != pieces->slot)
		accept_turn_wake(pieces->turn, owner);
}
