/*
 * ClientHellos in several datagrams. All workers read the listener, so each
 * datagram may be read by another worker, and only the one with the cookie
 * shows that the rest is worth anything. The others go to a board in shared
 * memory (fragment_board.h):
 * - Those behind the cookie: the worker that takes the peer claims them there,
 *   and gets what other workers read later.
 * - Those before the end of the cookie, if the cookie is in pieces, too: they
 *   lie there until the head of the hello is complete. Nothing else is kept of
 *   a peer that has not returned its cookie, and this is bounded and soon
 *   dropped.
 */
#ifndef DTLS_PIECES_H
#define DTLS_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/dtls_hello.h"
#include "shared/fragment_board.h"

struct accept_turn;
struct datagram;
struct textbuf;

/* Each worker has one. */
struct dtls_pieces {
	struct fragment_board *board;
	struct accept_turn *turn; /* to wake the owner of a piece */
	uint32_t slot;
	struct fragment_key key; /* of the current hello */
	struct dtls_hello_head head; /* of the current hello */
	struct fragments *found; /* owned */
};

enum dtls_piece {
	DTLS_PIECE_NONE, /* no piece */
	DTLS_PIECE_KEPT, /* it waits for others, or for its owner */
	DTLS_PIECE_HEAD, /* the head of a hello is complete */
};

void dtls_pieces_open(struct dtls_pieces *, struct fragment_board *,
    struct accept_turn *, uint32_t slot);
/*
 * Keep a datagram that is no hello by itself. now_ms, here and below, is the
 * loop's time. With DTLS_PIECE_HEAD hello is filled, points into the struct,
 * and becomes the current hello.
 */
enum dtls_piece dtls_pieces_put(struct dtls_pieces *, const struct datagram *,
    int64_t now_ms, struct dtls_hello *);
/*
 * The same for a datagram from the socket of a known peer, of which no other
 * worker has pieces.
 */
enum dtls_piece dtls_pieces_put_again(struct dtls_pieces *,
    const struct datagram *, int64_t now_ms, struct dtls_hello *);
/*
 * Drop the current hello. Returns the bytes of the datagrams that it came in,
 * or 0 if another worker was faster.
 */
size_t dtls_pieces_drop(struct dtls_pieces *);
/*
 * Take the peer of this hello: append its datagrams that are on the board (as
 * datagram_socket_queue does). The cookie of the hello has DTLS_COOKIE_SIZE
 * bytes.
 */
void dtls_pieces_claim(struct dtls_pieces *, const struct datagram *,
    const struct dtls_hello *, int64_t now_ms, struct textbuf *in);
/*
 * The peer is not ours any more. The datagram has its addresses; number and
 * length are those of its hello.
 */
void dtls_pieces_disown(struct dtls_pieces *, const struct datagram *,
    unsigned number, uint32_t length);
/* Returns true for a piece of the hello that was claimed last. */
bool dtls_pieces_is_more(const struct dtls_pieces *, const struct datagram *);
/*
 * Move datagrams of one of our peers into found, and its cookie into cookie.
 * Returns false if there are no more.
 */
bool dtls_pieces_collect(struct dtls_pieces *, int64_t now_ms, uint8_t *cookie);
/* Append the datagrams in found (as datagram_socket_queue does). */
void dtls_pieces_queue(const struct dtls_pieces *, struct textbuf *in);
/* The peer is not ours any more: put its datagrams back on the board. */
void dtls_pieces_give_back(struct dtls_pieces *, int64_t now_ms);

#endif
