/*
 * ClientHellos in several datagrams. The listener is everybody's, so each of
 * them may be read by another worker; and only the one with the cookie says
 * that the rest is worth anything. All others go to a board in shared memory
 * (fragment_board.h):
 * - Behind the cookie: the worker that takes the peer claims them there; what
 *   another worker reads later is brought to it.
 * - Before it, if even the cookie is in pieces: they lie there until the head
 *   of the hello can be put together. That is all that is kept of a peer whose
 *   cookie has not come back, and it is bounded and soon gone.
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

/* One a worker. */
struct dtls_pieces {
	struct fragment_board *board;
	struct accept_turn *turn; /* to tell whose a piece is */
	uint32_t slot;
	struct fragment_key key; /* of the hello at hand */
	struct dtls_hello_head head; /* the same */
	struct fragments *found; /* owned */
};

enum dtls_piece {
	DTLS_PIECE_NONE, /* the datagram is none */
	DTLS_PIECE_KEPT, /* it waits for others, or for whom it is for */
	DTLS_PIECE_HEAD, /* with it there is a hello */
};

void dtls_pieces_open(struct dtls_pieces *, struct fragment_board *,
    struct accept_turn *, uint32_t slot);
/*
 * Keep what is no hello by itself. now_ms: the loop's, here and below. HEAD:
 * hello is filled, points into the struct, and is the one at hand.
 */
enum dtls_piece dtls_pieces_put(struct dtls_pieces *, const struct datagram *,
    int64_t now_ms, struct dtls_hello *);
/* The same of one that came by its sender's own socket: nobody else has more.
 */
enum dtls_piece dtls_pieces_put_again(struct dtls_pieces *,
    const struct datagram *, int64_t now_ms, struct dtls_hello *);
/*
 * The hello at hand is dealt with. Returns the bytes of the datagrams that it
 * came in; 0 if another worker was faster.
 */
size_t dtls_pieces_drop(struct dtls_pieces *);
/*
 * The peer of this hello is ours: append the datagrams that are there (as
 * datagrams_queue does). cookie: of DTLS_COOKIE_SIZE bytes.
 */
void dtls_pieces_claim(struct dtls_pieces *, const struct datagram *,
    const struct dtls_hello *, int64_t now_ms, struct textbuf *in);
/*
 * It is ours no more. The datagram has the peer's addresses, and the hello so
 * many bytes.
 */
void dtls_pieces_disown(
    struct dtls_pieces *, const struct datagram *, uint32_t length);
/* Is the datagram a piece of the hello that was claimed last? */
bool dtls_pieces_is_more(const struct dtls_pieces *, const struct datagram *);
/*
 * Datagrams of one of our peers are in found; cookie: its own. False: no more.
 */
bool dtls_pieces_collect(struct dtls_pieces *, int64_t now_ms, uint8_t *cookie);
/* Append them (as datagrams_queue does). */
void dtls_pieces_queue(const struct dtls_pieces *, struct textbuf *in);
/* It is not our peer any more: they wait for whom they are for. */
void dtls_pieces_give_back(struct dtls_pieces *, int64_t now_ms);

#endif
