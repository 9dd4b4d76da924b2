/*
 * Where processes that read one socket put what is of no use to themselves:
 * parts of a first word that came in several datagrams, which any of them may
 * have read. Who takes the sender on owns the whole word: it claims what lies
 * here, and is told of what others put here later.
 *
 * Anybody can send such parts, so nothing grows: the parts of each sender lie
 * in one of a few drawers of fixed size, where new ones push old ones out, and
 * nothing is kept for longer than FRAGMENT_BOARD_KEPT_MS. What is lost here is
 * as good as lost on the way.
 *
 * Each call with a lock that nobody gives back (its holder was stopped) does
 * nothing; a drawer whose holder was killed is emptied.
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

/* What tells the word of one sender from all others; compared to the byte. */
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
/* In memory that is zero. NULL: reported. */
struct fragment_board *fragment_board_init(void *memory, unsigned slots);

/*
 * Returns the slot of who owns the word and is to be told, if it is another
 * process, to call fragment_board_collect(); FRAGMENT_BOARD_NOBODY: nobody
 * yet. now_ms: of a clock that all processes share, here and below.
 */
uint32_t fragment_board_put(struct fragment_board *,
    const struct fragment_key *, const struct fragment *, int64_t now_ms);
/* Copy those of a word that begin below this offset. */
void fragment_board_look(struct fragment_board *, const struct fragment_key *,
    uint32_t below, int64_t now_ms, struct fragments *);
/* Take all of a word away. Returns how many bytes of data that was. */
size_t
fragment_board_drop(struct fragment_board *, const struct fragment_key *);
/*
 * The word is this slot's from now on, whosever it was; what is there is taken
 * away. mark: FRAGMENT_MARK bytes by which the owner will know it again.
 */
void fragment_board_claim(struct fragment_board *, const struct fragment_key *,
    uint32_t slot, const uint8_t *mark, int64_t now_ms, struct fragments *);
/*
 * Take away what has come of one of this slot's words. False: there is nothing
 * more. Costs a load where there is nothing.
 */
bool fragment_board_collect(struct fragment_board *, uint32_t slot,
    int64_t now_ms, struct fragment_key *, uint8_t *mark, struct fragments *);
/* The slot does not own the word any more, if it did. */
void fragment_board_disown(
    struct fragment_board *, const struct fragment_key *, uint32_t slot);
/* The process of this slot is dead. Never waits: for the master. */
void fragment_board_bury(struct fragment_board *, uint32_t slot);

/*
 * The next one, from *at on, which is 0 at first. Points into fragments.
 * False: that was the last.
 */
bool fragments_next(const struct fragments *, size_t *at, struct fragment *);

#endif
