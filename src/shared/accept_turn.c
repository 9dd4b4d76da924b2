#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "foundation/log.h"
#include "shared/accept_turn.h"

#define CACHE_LINE 64
#define NOBODY	   UINT32_MAX

struct accept_turn_slot {
	_Atomic uint32_t state; /* written by its worker; by the master when
				 * it is dead or suspect */
	int fd; /* the same number in all processes, made before the fork */
};

/*
 * With each connection every worker writes one line: this is the only one that
 * all workers share. The states of eight workers are in one line: each worker
 * writes its state without waiting, and who looks for an idle one reads few
 * lines.
 */
struct accept_turn {
	alignas(CACHE_LINE) unsigned slots; /* constant */
	_Atomic bool ended; /* written by the master: nobody accepts */
	/* Written with each connection: */
	alignas(CACHE_LINE) _Atomic uint64_t count; /* connections accepted */
	_Atomic uint32_t last; /* the slot that accepted last */
	_Atomic uint32_t handed_to; /* slot told last; NOBODY: it came */
	alignas(CACHE_LINE) struct accept_turn_slot slot[];
};

static bool accept_turn_able(const struct accept_turn *, unsigned);
static uint32_t accept_turn_state(const struct accept_turn *, unsigned);

size_t
accept_turn_size(unsigned slots)
{
	return sizeof(struct accept_turn) +
	    slots * sizeof(struct accept_turn_slot);
}

struct accept_turn *
accept_turn_init(void *memory, unsigned slots)
{
	struct accept_turn *turn = memory;
	unsigned i;

	turn->slots = slots;
	atomic_store(&turn->last, slots - 1);
	atomic_store(&turn->handed_to, NOBODY);
	for (i = 0; i < slots; i++) {
		turn->slot[i].fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (turn->slot[i].fd == -1) {
			log_warn("cannot make an event descriptor");
			return NULL;
		}
	}
	return turn;
}

void
accept_turn_close(struct accept_turn *turn)
{
	unsigned i;

	for (i = 0; i < turn->slots; i++)
		close(turn->slot[i].fd);
}

int
accept_turn_fd(const struct accept_turn *turn, unsigned slot)
{
	return turn->slot[slot].fd;
}

void
accept_turn_set_state(
    struct accept_turn *turn, unsigned slot, enum accept_state state)
{
	atomic_store_explicit(
	    &turn->slot[slot].state, state, memory_order_release);
}

unsigned
accept_turn_next(const struct accept_turn *turn, unsigned self)
{
	unsigned last = atomic_load(&turn->last), busy = self, i, slot;

	for (i = 1; i < turn->slots; i++) {
		slot = (last + i) % turn->slots;
		if (slot == self ||
		    accept_turn_state(turn, slot) == ACCEPT_IDLE)
			return slot;
		if (busy == self && accept_turn_able(turn, slot))
			busy = slot;
	}
	/* No slot is idle, and self accepted last. */
	return busy;
}

void
accept_turn_hand(struct accept_turn *turn, unsigned slot)
{
	atomic_store_explicit(&turn->handed_to, slot, memory_order_release);
	accept_turn_wake(turn, slot);
}

void
accept_turn_wake(struct accept_turn *turn, unsigned slot)
{
	uint64_t one = 1;

	/* EAGAIN: the counter is at its limit, and so it is readable. */
	if (write(turn->slot[slot].fd, &one, sizeof(one)) == -1 &&
	    errno != EAGAIN)
		log_warn("cannot hand on the accept turn");
}

bool
accept_turn_is_of(const struct accept_turn *turn, unsigned self)
{
	return atomic_load(&turn->handed_to) == self;
}

void
accept_turn_end(struct accept_turn *turn)
{
	atomic_store(&turn->ended, true);
}

bool
accept_turn_has_ended(const struct accept_turn *turn)
{
	return atomic_load(&turn->ended);
}

/* Only the last step is locked: it also publishes the two stores before it. */
uint64_t
accept_turn_took(struct accept_turn *turn, unsigned self)
{
	atomic_store_explicit(&turn->last, self, memory_order_relaxed);
	atomic_store_explicit(&turn->handed_to, NOBODY, memory_order_relaxed);
	return 1 + atomic_fetch_add(&turn->count, 1);
}

uint64_t
accept_turn_count(const struct accept_turn *turn)
{
	return atomic_load(&turn->count);
}

bool
accept_turn_rescue(struct accept_turn *turn)
{
	uint32_t slow = atomic_load(&turn->handed_to), state;
	unsigned last = atomic_load(&turn->last), i, slot;

	/* If that worker wakes up meanwhile, it sets its state again. */
	if (slow < turn->slots && accept_turn_able(turn, slow)) {
		state = accept_turn_state(turn, slow);
		atomic_compare_exchange_strong(
		    &turn->slot[slow].state, &state, ACCEPT_SUSPECT);
	}
	for (i = 1; i <= turn->slots; i++) {
		slot = (last + i) % turn->slots;
		if (slot == slow || !accept_turn_able(turn, slot))
			continue;
		accept_turn_hand(turn, slot);
		return true;
	}
	return false;
}

static bool
accept_turn_able(const struct accept_turn *turn, unsigned slot)
{
	uint32_t state = accept_turn_state(turn, slot);

	return state == ACCEPT_IDLE || state == ACCEPT_BUSY;
}

static uint32_t
accept_turn_state(const struct accept_turn *turn, unsigned slot)
{
	return atomic_load_explicit(
	    &turn->slot[slot].state, memory_order_acquire);
}
