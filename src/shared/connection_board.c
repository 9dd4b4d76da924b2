#include "shared/connection_board.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/monotime.h"

#define CACHE_LINE 64

/* What a store of the journal is for: a word of the card, or a counter. */
#define JOURNAL_COUNTER ((unsigned)CARD_WORDS)

/*
 * A change of one card and of counters. The stores are values, not
 * differences, so it does not matter how often the change is made.
 */
struct journal {
	_Atomic bool valid; /* the change is whole, and perhaps not made yet */
	uint32_t card;
	uint32_t count;
	struct {
		uint32_t what;
		uint64_t value;
	} store[CARD_STORES_MAX];
};

struct board_slot {
	alignas(CACHE_LINE) struct journal journal;
	_Atomic uint32_t used; /* cards from this one on were never used */
	_Atomic uint64_t without; /* connections */
};

struct connection_board {
	alignas(CACHE_LINE) unsigned slots; /* constant */
	unsigned cards; /* constant; of each slot */
	struct board_slot slot[];
};

static struct connection_card *
board_card(const struct connection_board *, unsigned, unsigned);
static void
board_make(struct connection_board *, struct stats *, unsigned slot);
static void
journal_make(struct journal *, struct connection_card *, _Atomic uint64_t *row);
static void card_store(struct card_holder *, unsigned, uint64_t);
static int card_find_free(struct card_holder *);
static void card_wipe(struct connection_card *);
static void card_free(struct card_holder *, struct connection_card *);
static struct card_facts facts_of_word(uint64_t);
static uint64_t word_of_facts(struct card_facts);

const char *
card_end_name(enum card_end end)
{
	static const char *const names[CARD_ENDS] = {
		[CARD_END_UNKNOWN] = "unknown",
		[CARD_END_CLOSE_NOTIFY_PEER] = "close_notify by the peer",
		[CARD_END_CLOSE_NOTIFY] = "close_notify by the server",
		[CARD_END_EOF] = "end of file",
		[CARD_END_RESET] = "reset",
		[CARD_END_ERROR] = "error",
		[CARD_END_DEADLINE] = "deadline",
		[CARD_END_COMMAND] = "command",
		[CARD_END_WORKER_DIED] = "worker died",
		[CARD_END_SERVER_ENDED] = "server ended",
	};

	return end < CARD_ENDS ? names[end] : names[CARD_END_UNKNOWN];
}

const char *
card_phase_name(enum card_phase phase)
{
	static const char *const names[] = { "free", "handshake", "open",
		"ending" };

	return phase <= CARD_ENDING ? names[phase] : names[CARD_FREE];
}

size_t
connection_board_size(unsigned slots, unsigned cards)
{
	if (cards == 0)
		return 0;
	return sizeof(struct connection_board) +
	    slots * sizeof(struct board_slot) +
	    (size_t)slots * cards * sizeof(struct connection_card);
}

struct connection_board *
connection_board_init(void *memory, unsigned slots, unsigned cards)
{
	struct connection_board *board = memory;

	if (cards == 0)
		return NULL;
	board->slots = slots;
	board->cards = cards;
	return board;
}

int
card_holder_open(struct card_holder *holder, struct connection_board *board,
    struct stats *stats, unsigned slot)
{
	*holder = (struct card_holder){ .board = board,
		.journal = &board->slot[slot].journal,
		.card = board_card(board, slot, 0),
		.row = stats_row(stats, slot),
		.stats = stats,
		.slot = slot };
	holder->free = calloc(board->cards, sizeof(*holder->free));
	holder->leaving =
	    calloc(board->cards, sizeof(struct connection_card *));
	if (holder->free != NULL && holder->leaving != NULL)
		return 0;
	log_warn("cannot keep a list of %u connections", board->cards);
	return -1;
}

struct connection_card *
card_take(struct card_holder *holder, uint64_t number,
    const struct sockaddr_storage *peer, const struct sockaddr_storage *local)
{
	struct board_slot *slot = &holder->board->slot[holder->slot];
	struct card_facts facts = { .phase = CARD_HANDSHAKE };
	struct connection_card *card;
	int index = fault_fails("card") ? -1 : card_find_free(holder);

	if (index == -1) {
		stats_raise(&slot->without, 1);
		stats_add(holder->stats, holder->slot, STAT_CONNECTIONS, 1);
		return NULL;
	}
	card = &holder->card[index];
	atomic_store_explicit(&card->number, number, memory_order_relaxed);
	card->accepted_us = walltime_us();
	card_address(&card->peer, peer);
	card_address(&card->local, local);
	card_begin(holder, card);
	card_set_facts(holder, facts);
	card_raise(holder, STAT_CONNECTIONS, 1);
	card_commit(holder);
	return card;
}

struct card_facts
card_facts(const struct connection_card *card)
{
	return facts_of_word(card_word(card, CARD_FACTS));
}

uint64_t
card_word(const struct connection_card *card, enum card_word word)
{
	return atomic_load_explicit(&card->word[word], memory_order_relaxed);
}

void
card_begin(struct card_holder *holder, const struct connection_card *card)
{
	struct journal *journal = holder->journal;

	/* Nothing of the next change is written while the last one is valid. */
	atomic_signal_fence(memory_order_seq_cst);
	journal->card = (uint32_t)(card - holder->card);
	journal->count = 0;
}

void
card_set_facts(struct card_holder *holder, struct card_facts facts)
{
	card_set(holder, CARD_FACTS, word_of_facts(facts));
}

void
card_set(struct card_holder *holder, enum card_word word, uint64_t value)
{
	card_store(holder, word, value);
}

void
card_raise(struct card_holder *holder, enum stats_counter counter, uint64_t n)
{
	uint64_t count =
	    atomic_load_explicit(&holder->row[counter], memory_order_relaxed);

	card_store(holder, JOURNAL_COUNTER + counter, count + n);
}

void
card_commit(struct card_holder *holder)
{
	struct journal *journal = holder->journal;

	fault_point("card-written-down");
	atomic_store_explicit(&journal->valid, true, memory_order_release);
	journal_make(journal, &holder->card[journal->card], holder->row);
}

void
card_leave(struct card_holder *holder, struct connection_card *card)
{
	holder->leaving[holder->leaving_count++] = card;
}

void
card_free_leaving(struct card_holder *holder)
{
	while (holder->leaving_count > 0)
		card_free(holder, holder->leaving[--holder->leaving_count]);
}

void
connection_board_repair(
    struct connection_board *board, struct stats *stats, unsigned slot)
{
	struct journal *journal = &board->slot[slot].journal;

	if (atomic_load_explicit(&journal->valid, memory_order_acquire))
		board_make(board, stats, slot);
}

bool
connection_board_read(const struct connection_board *board, unsigned slot,
    unsigned index, struct card_copy *copy)
{
	const struct connection_card *card;

	if (slot >= board->slots || index >= connection_board_used(board, slot))
		return false;
	card = board_card(board, slot, index);
	copy->facts = facts_of_word(atomic_load_explicit(
	    &card->word[CARD_FACTS], memory_order_acquire));
	copy->number =
	    atomic_load_explicit(&card->number, memory_order_acquire);
	copy->accepted_us = card->accepted_us;
	copy->peer = card->peer;
	copy->local = card->local;
	copy->took_us = atomic_load(&card->word[CARD_TOOK_US]);
	copy->socket_in = atomic_load(&card->word[CARD_SOCKET_IN]);
	copy->socket_out = atomic_load(&card->word[CARD_SOCKET_OUT]);
	copy->data_in = atomic_load(&card->word[CARD_DATA_IN]);
	copy->data_out = atomic_load(&card->word[CARD_DATA_OUT]);
	return copy->facts.phase != CARD_FREE &&
	    copy->number == atomic_load(&card->number) &&
	    card_facts(card).phase != CARD_FREE;
}

unsigned
connection_board_used(const struct connection_board *board, unsigned slot)
{
	unsigned used = atomic_load(&board->slot[slot].used);

	return used < board->cards ? used : board->cards;
}

int
connection_board_find(const struct connection_board *board, uint64_t number)
{
	struct card_copy copy;
	unsigned slot, i;

	for (slot = 0; slot < board->slots; slot++)
		for (i = 0; i < connection_board_used(board, slot); i++)
			if (connection_board_read(board, slot, i, &copy) &&
			    copy.number == number)
				return (int)slot;
	return -1;
}

void
connection_board_clear(struct connection_board *board, unsigned slot)
{
	unsigned i;

	for (i = 0; i < connection_board_used(board, slot); i++)
		card_wipe(board_card(board, slot, i));
	atomic_store(&board->slot[slot].used, 0);
	atomic_store(&board->slot[slot].journal.valid, false);
}

uint64_t
connection_board_without(const struct connection_board *board)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < board->slots; i++)
		sum += atomic_load(&board->slot[i].without);
	return sum;
}

/* The cards follow the slots. */
static struct connection_card *
board_card(const struct connection_board *board, unsigned slot, unsigned index)
{
	struct connection_card *cards =
	    (struct connection_card *)(uintptr_t)(board->slot + board->slots);

	return cards + (size_t)slot * board->cards + index;
}

/*
 * Make the change that is written down. The master does not trust what a dead
 * worker has left: nothing is written outside the slot.
 */
static void
board_make(struct connection_board *board, struct stats *stats, unsigned slot)
{
	struct journal *journal = &board->slot[slot].journal;

	if (journal->card < board->cards && journal->count <= CARD_STORES_MAX)
		journal_make(journal, board_card(board, slot, journal->card),
		    stats_row(stats, slot));
}

/* Writes to the card and the row, and nowhere else. */
static void
journal_make(struct journal *journal, struct connection_card *card,
    _Atomic uint64_t *row)
{
	uint32_t what, i;

	for (i = 0; i < journal->count; i++) {
		fault_point("card-change");
		what = journal->store[i].what;
		if (what < CARD_WORDS)
			atomic_store_explicit(&card->word[what],
			    journal->store[i].value, memory_order_release);
		else if (what - JOURNAL_COUNTER < STAT_COUNT)
			atomic_store_explicit(&row[what - JOURNAL_COUNTER],
			    journal->store[i].value, memory_order_release);
	}
	fault_point("card-changed");
	atomic_store_explicit(&journal->valid, false, memory_order_release);
}

static void
card_store(struct card_holder *holder, unsigned what, uint64_t value)
{
	struct journal *journal = holder->journal;

	if (journal->count == CARD_STORES_MAX)
		fatalx(
		    "a card changes in more than %d places", CARD_STORES_MAX);
	journal->store[journal->count].what = what;
	journal->store[journal->count++].value = value;
}

/* Cards that were used before are taken first: their memory exists. */
static int
card_find_free(struct card_holder *holder)
{
	struct board_slot *slot = &holder->board->slot[holder->slot];
	uint32_t used;

	if (holder->free_count > 0)
		return (int)holder->free[--holder->free_count];
	used = atomic_load_explicit(&slot->used, memory_order_relaxed);
	if (used >= holder->board->cards)
		return -1;
	atomic_store_explicit(&slot->used, used + 1, memory_order_release);
	return (int)used;
}

/* The phase goes first: the other words are then of no card. */
static void
card_wipe(struct connection_card *card)
{
	size_t i;

	for (i = 0; i < CARD_WORDS; i++)
		atomic_store_explicit(&card->word[i], 0, memory_order_release);
}

static void
card_free(struct card_holder *holder, struct connection_card *card)
{
	card_wipe(card);
	holder->free[holder->free_count++] = (uint32_t)(card - holder->card);
}

void
card_address(union card_address *address, const struct sockaddr_storage *from)
{
	memset(address, 0, sizeof(*address));
	address->family = AF_UNIX;
	if (from->ss_family == AF_INET)
		memcpy(&address->in, from, sizeof(address->in));
	else if (from->ss_family == AF_INET6)
		memcpy(&address->in6, from, sizeof(address->in6));
}

static struct card_facts
facts_of_word(uint64_t word)
{
	struct card_facts facts;

	memcpy(&facts, &word, sizeof(facts));
	return facts;
}

static uint64_t
word_of_facts(struct card_facts facts)
{
	uint64_t word;

	memcpy(&word, &facts, sizeof(word));
	return word;
}
