/*
 * A card for each open connection, in shared memory: what the master must know
 * of a connection to write its record when its worker was killed, and to list
 * the connections that are open.
 *
 * Each process slot has cards of its own, which only its process writes, or the
 * master when that process is dead. So no lock is needed.
 *
 * The numbers of a card agree with the shared counters (stats.h), at whatever
 * instruction a worker is killed. A change of a card and of counters is first
 * written down as a whole in the slot's journal, as the values that follow. If
 * the worker dies in the middle, the master makes the change again.
 */
#ifndef CONNECTION_BOARD_H
#define CONNECTION_BOARD_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/stats.h"

/* In the order in which they follow each other. */
enum card_phase {
	CARD_FREE,
	CARD_HANDSHAKE,
	CARD_OPEN,
	CARD_ENDING, /* it counts as ended; its record may be missing */
};

/* How a connection ended; connection_end_name() has the names. */
enum card_end {
	CARD_END_UNKNOWN,
	CARD_END_CLOSE_NOTIFY_PEER, /* the peer said goodbye first */
	CARD_END_CLOSE_NOTIFY, /* we did */
	CARD_END_EOF, /* the peer closed without close_notify */
	CARD_END_RESET, /* the peer's system reset it */
	CARD_END_ERROR, /* a TLS error; before: the handshake failed */
	CARD_END_DEADLINE, /* one of our deadlines */
	CARD_END_COMMAND, /* the console, a command, or a drain that took long
			   */
	CARD_END_WORKER_DIED,
	CARD_END_SERVER_ENDED, /* at once: it counts as open */
	CARD_ENDS
};

/* Returns the name for records, such as "worker died". */
const char *card_end_name(enum card_end);
/* Returns "free", "handshake", "open" or "ending". */
const char *card_phase_name(enum card_phase);

/* What changes in one step, together with counters. */
struct card_facts {
	uint8_t phase; /* enum card_phase */
	uint8_t version; /* stats_version, if finished */
	uint8_t kind; /* enum stats_kind, if finished */
	bool finished : 1; /* the handshake was */
	bool timed_out : 1;
	bool early_accepted : 1;
	bool early_rejected : 1;
	uint8_t failure; /* STAT_FAILED_...; 0: none */
	uint8_t end; /* enum card_end */
	uint16_t renegotiations; /* finished; stays at the maximum */
};

union card_address {
	sa_family_t family;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Any other family than those of IP becomes AF_UNIX. */
void card_address(union card_address *, const struct sockaddr_storage *);

/* The numbers of a card that the journal covers. */
enum card_word {
	CARD_FACTS, /* a struct card_facts */
	CARD_TOOK_US, /* from the accept to the end of the handshake */
	CARD_SOCKET_IN, /* bytes */
	CARD_SOCKET_OUT,
	CARD_DATA_IN,
	CARD_DATA_OUT,
	CARD_WORDS
};

/* A card is not in use if its phase is CARD_FREE. */
struct connection_card {
	_Atomic uint64_t word[CARD_WORDS];
	/* Written before the phase, and constant until the card is free: */
	_Atomic uint64_t number; /* of the connection */
	int64_t accepted_us; /* CLOCK_REALTIME, since 1970 */
	union card_address peer, local; /* family AF_UNIX: no address */
};

_Static_assert(sizeof(struct connection_card) <= 128,
    "a connection costs at most 128 bytes of shared memory");
_Static_assert(sizeof(struct card_facts) == sizeof(uint64_t),
    "the facts change in one store");

struct connection_board; /* in shared memory */
struct journal; /* in shared memory */

/* A copy of a card. */
struct card_copy {
	uint64_t number;
	int64_t accepted_us;
	union card_address peer, local;
	struct card_facts facts;
	uint64_t took_us, socket_in, socket_out, data_in, data_out;
};

/* cards: of each slot; 0: there is no board, which is NULL then. */
size_t connection_board_size(unsigned slots, unsigned cards);
struct connection_board *
connection_board_init(void *memory, unsigned slots, unsigned cards);

/* The side of a worker: its own cards. */
struct card_holder {
	struct connection_board *board;
	struct journal *journal; /* the slot's, as the next two */
	struct connection_card *card; /* the first one */
	_Atomic uint64_t *row; /* of counters */
	struct stats *stats;
	unsigned slot;
	uint32_t *free; /* owned: cards that were used and are free */
	unsigned free_count;
	/* Owned: cards of connections that are gone; see card_leave. */
	struct connection_card **leaving;
	unsigned leaving_count;
};

/*
 * The master has made the cards of the slot free. Returns 0, or -1 (reported).
 */
int card_holder_open(
    struct card_holder *, struct connection_board *, struct stats *, unsigned);
/*
 * Take a card for a connection that was accepted now, and count the connection
 * as accepted. Returns NULL if no card is left. Then the connection is counted
 * as well, and also as one without a card.
 */
struct connection_card *card_take(struct card_holder *, uint64_t number,
    const struct sockaddr_storage *peer, const struct sockaddr_storage *local);
struct card_facts card_facts(const struct connection_card *);
uint64_t card_word(const struct connection_card *, enum card_word);
/*
 * Change words of a card and raise counters of the slot, all or nothing: begin,
 * then set and raise, CARD_STORES_MAX times at most, then commit.
 */
#define CARD_STORES_MAX 6
void card_begin(struct card_holder *, const struct connection_card *);
void card_set_facts(struct card_holder *, struct card_facts);
void card_set(struct card_holder *, enum card_word, uint64_t value);
void card_raise(struct card_holder *, enum stats_counter, uint64_t n);
void card_commit(struct card_holder *);
/*
 * The connection is gone, and its record may not be written yet. The card is
 * free when card_free_leaving() tells that all such records are.
 */
void card_leave(struct card_holder *, struct connection_card *);
void card_free_leaving(struct card_holder *);

/* The side of the master. */

/*
 * The process of this slot is dead: finish the change that it was at. Must be
 * called before stats_bury().
 */
void
connection_board_repair(struct connection_board *, struct stats *, unsigned);
/*
 * Copy the card of this index, if it is in use. Returns false if it is not, or
 * if it changes hands meanwhile.
 */
bool connection_board_read(const struct connection_board *, unsigned slot,
    unsigned index, struct card_copy *);
/* Returns how many cards of the slot may be in use: those from 0 on. */
unsigned connection_board_used(const struct connection_board *, unsigned slot);
/* Returns the slot of the connection's process, or -1 if there is none. */
int connection_board_find(const struct connection_board *, uint64_t number);
/* The records of a dead process are written: all its cards are free. */
void connection_board_clear(struct connection_board *, unsigned slot);
/* Returns how many connections had no card so far. */
uint64_t connection_board_without(const struct connection_board *);

#endif
