/*
 * A board for fragments between processes that read one socket. The first
 * message of a sender, its "word", may come in several datagrams, and each
 * process may have read some of them. A process puts here the fragments that it
 * has no use for. The process that takes the sender on owns the word: it claims
 * the fragments that lie here, and is told when others put more of them here.
 *
 * Anybody can send fragments, so the board does not grow: the fragments of each
 * sender lie in one of a few drawers of fixed size, in which new ones push old
 * ones out, and none is kept for longer than FRAGMENT_BOARD_KEPT_MS. A fragment
 * that is lost here is no worse than one that is lost on the network.
 *
 * If the holder of a drawer's lock is stopped, calls for that drawer do
 * nothing. If the holder was killed, the drawer is emptied.
 */
#ifndef FRAGMENT_BOARD_H
#define FRAGMENT_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAGMENT_BOARD_KEPT_MS 2000
#define FRAGMENT_BOARD_DRAWERS 32
#define FRAGMENT_BOARD_BYTES   65536 /* in a drawer */
#define FRAGMENT_BOARD_NOBODY  UINT32_MAX
#define FRAGMENT_KEY	       48
#define FRAGMENT_MARK	       20

struct fragment_board; /* in shared memory */

/* Tells the word of one sender from all others; all bytes are compared. */
struct fragment_key {
	uint8_t bytes[FRAGMENT_KEY];
};

struct fragment {
	uint32_t offset; /* in the word */
	const uint8_t *data;
	size_t size;
};

/* Fragments that were copied out, in the order in which they were put. */
struct fragments {
	size_t size; /* bytes used */
	uint8_t data[FRAGMENT_BOARD_BYTES];
};

size_t fragment_board_size(unsigned slots);
/* The memory must be zero-filled. Returns NULL if that fails (reported). */
struct fragment_board *fragment_board_init(void *memory, unsigned slots);

/*
 * Put a fragment on the board. Returns the slot of the process that owns the
 * word, or FRAGMENT_BOARD_NOBODY. If the owner is another process, the caller
 * must wake it, so that it calls fragment_board_collect(). now_ms, here and
 * below, is of a clock that all processes share.
 */
uint32_t fragment_board_put(struct fragment_board *,
    const struct fragment_key *, const struct fragment *, int64_t now_ms);
/* Copy the fragments of a word that begin below this offset. */
void fragment_board_look(struct fragment_board *, const struct fragment_key *,
    uint32_t below, int64_t now_ms, struct fragments *);
/* Remove all fragments of a word. Returns how many bytes of data they had. */
size_t
fragment_board_drop(struct fragment_board *, const struct fragment_key *);
/*
 * Make this slot the owner of the word, even if another one was, and move the
 * fragments that are there to the caller. mark: FRAGMENT_MARK bytes by which
 * the owner will know the word again.
 */
void fragment_board_claim(struct fragment_board *, const struct fragment_key *,
    uint32_t slot, const uint8_t *mark, int64_t now_ms, struct fragments *);
/*
 * Move the fragments that have come for one of this slot's words to the caller.
 * Returns false if there are none; that costs one load from memory.
 */
bool fragment_board_collect(struct fragment_board *, uint32_t slot,
    int64_t now_ms, struct fragment_key *, uint8_t *mark, struct fragments *);
/* If the slot owns the word, nobody owns it from now on. */
void fragment_board_disown(
    struct fragment_board *, const struct fragment_key *, uint32_t slot);
/* The process of this slot is dead. Never waits: for the master. */
void fragment_board_bury(struct fragment_board *, uint32_t slot);

/*
 * Get the next fragment, from *at on, which is 0 at first. The fragment points
 * into fragments. Returns false if there are no more.
 */
bool fragments_next(const struct fragments *, size_t *at, struct fragment *);

#endif
