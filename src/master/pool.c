#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "foundation/descriptors.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/pool.h"

/* Alive for less than this after it was ready: it died "at once". */
#define POOL_AT_ONCE_MS 100
/* Alive for as long as this: earlier deaths are forgotten. */
#define POOL_FORGET_MS	  10000
#define POOL_DELAY_MAX_MS 2000
/* How long those that are left may take to end by themselves. */
#define POOL_QUIT_MS 100

static void pool_end_all(struct pool *);
static int pool_fork(struct pool *, unsigned);
static void pool_fork_soon(struct pool *, unsigned);
static int pool_find_room(const struct pool *, unsigned);
static unsigned pool_newest(const struct pool *, unsigned);
static unsigned pool_next(const struct pool *, unsigned);
static bool pool_is_newest(const struct pool *, unsigned);
static bool pool_died_at_once(const struct process *, int64_t);
static void pool_kill_late(struct pool *, unsigned);

int
pool_open(struct pool *pool, const struct process_plan *plan, unsigned children,
    unsigned wanted, unsigned generations)
{
	unsigned i, slots = children * generations;

	memset(pool, 0, sizeof(*pool));
	pool->plan = *plan;
	if (slots == 0)
		return 0;
	pool->slot = calloc(slots, sizeof(*pool->slot));
	pool->newest = calloc(children, sizeof(*pool->newest));
	if (pool->slot == NULL || pool->newest == NULL) {
		log_warn("cannot make a table of %u processes", slots);
		return -1;
	}
	pool->slots = slots;
	pool->children = children;
	pool->wanted = wanted;
	pool->generations = generations;
	pool->replacing = true;
	for (i = 0; i < slots; i++)
		process_init(&pool->slot[i]);
	return 0;
}

void
pool_close(struct pool *pool)
{
	unsigned i;

	pool_end_all(pool);
	for (i = 0; i < pool->slots; i++)
		process_close_channels(&pool->slot[i]);
	free(pool->slot);
	free(pool->newest);
	process_plan_close(&pool->plan);
}

int
pool_start(struct pool *pool)
{
	unsigned i;

	for (i = 0; i < pool->wanted; i++)
		if (pool_fork(pool, i) == -1)
			return -1;
	return 0;
}

int
pool_resize(struct pool *pool, unsigned wanted)
{
	unsigned before = pool->wanted, i, slot;

	for (i = before; i < wanted; i++)
		if (pool_find_room(pool, i) == -1)
			return -1;
	pool->wanted = wanted;
	for (i = before; i < wanted; i++) {
		pool->newest[i] = (unsigned)pool_find_room(pool, i);
		pool_fork_soon(pool, pool_newest(pool, i));
	}
	for (i = wanted; i < before; i++) {
		slot = pool_newest(pool, i);
		pool->slot[slot].respawn_ms = 0;
		if (pool->slot[slot].pid != 0)
			pool_say(pool, slot, MESSAGE_DRAIN);
	}
	return 0;
}

bool
pool_is_settled(const struct pool *pool)
{
	unsigned i;

	if (!pool_can_serve(pool, pool_all(pool)))
		return false;
	for (i = 0; i < pool->slots; i++)
		if (pool->slot[i].pid != 0 && !pool->slot[i].retired &&
		    i % pool->children >= pool->wanted)
			return false;
	return true;
}

unsigned
pool_number(const struct pool *pool, unsigned slot)
{
	return slot % pool->children + 1;
}

bool
pool_replaces(const struct pool *pool, unsigned slot)
{
	return pool->replacing && slot % pool->children < pool->wanted &&
	    pool_is_newest(pool, slot);
}

void
pool_stop_replacing(struct pool *pool)
{
	unsigned i;

	pool->replacing = false;
	for (i = 0; i < pool->slots; i++) {
		pool->slot[i].respawn_ms = 0;
		pool->slot[i].ready_by_ms = 0;
	}
}

int
pool_slot(const struct pool *pool, pid_t pid)
{
	unsigned i;

	for (i = 0; i < pool->slots; i++)
		if (pool->slot[i].pid == pid)
			return (int)i;
	return -1;
}

int
pool_bury(struct pool *pool, unsigned slot)
{
	struct process *process = &pool->slot[slot];
	bool replaced = pool_replaces(pool, slot);
	int64_t now_ms = monotime_ms(), delay_ms = 0;
	unsigned i;

	if (replaced && pool_died_at_once(process, now_ms)) {
		pool->deaths_at_once++;
		for (i = 1, delay_ms = 10; i < pool->deaths_at_once; i++)
			if (delay_ms < POOL_DELAY_MAX_MS)
				delay_ms *= 2;
	} else if (now_ms - process->started_ms >= POOL_FORGET_MS) {
		pool->deaths_at_once = 0;
	}
	process_close_channels(process);
	process->pid = 0;
	process->ready = false;
	process->ready_by_ms = 0;
	if (!replaced)
		return 0;
	if (pool->deaths_at_once >= POOL_DEATHS_MAX)
		return -1;
	process->respawn_ms = now_ms + delay_ms;
	return 0;
}

void
pool_tend(struct pool *pool, int64_t now_ms)
{
	struct process *process;
	unsigned i;

	for (i = 0; i < pool->slots; i++) {
		process = &pool->slot[i];
		if (process->ready_by_ms != 0 && process->ready_by_ms <= now_ms)
			pool_kill_late(pool, i);
		/* There is no memory, or no process: try again later. */
		if (process->respawn_ms != 0 && process->respawn_ms <= now_ms &&
		    pool_fork(pool, i) == -1)
			process->respawn_ms = now_ms + POOL_DELAY_MAX_MS;
	}
}

int64_t
pool_due_ms(const struct pool *pool)
{
	int64_t due_ms = 0;
	unsigned i;

	for (i = 0; i < pool->slots; i++) {
		due_ms = monotime_sooner(due_ms, pool->slot[i].respawn_ms);
		due_ms = monotime_sooner(due_ms, pool->slot[i].ready_by_ms);
	}
	return due_ms;
}

struct pool_range
pool_all(const struct pool *pool)
{
	return (struct pool_range){ 0, pool->wanted };
}

int
pool_check_room(struct pool_range range)
{
	return descriptors_check(
	    (range.end - range.first + 1) * PROCESS_DESCRIPTORS,
	    "nothing is reloaded");
}

void
pool_next_generation(struct pool *pool, struct pool_range range)
{
	unsigned i;

	/* What killed the others may be gone with their generation. */
	pool->deaths_at_once = 0;
	for (i = range.first; i < range.end && i < pool->wanted; i++) {
		pool->slot[pool_newest(pool, i)].respawn_ms = 0;
		pool->newest[i] = (pool->newest[i] + 1) % pool->generations;
		pool_fork_soon(pool, pool_newest(pool, i));
	}
}

bool
pool_has_next(const struct pool *pool, unsigned number)
{
	return pool->slot[pool_next(pool, number)].pid == 0;
}

unsigned
pool_alive_next(const struct pool *pool, struct pool_range range)
{
	unsigned i, alive = 0;

	for (i = range.first; i < range.end; i++)
		alive += pool->slot[pool_next(pool, i)].pid != 0;
	return alive;
}

void
pool_say_next(
    const struct pool *pool, struct pool_range range, enum message_type type)
{
	unsigned i, slot;

	for (i = range.first; i < range.end; i++) {
		slot = pool_next(pool, i);
		if (pool->slot[slot].pid != 0)
			pool_say(pool, slot, type);
	}
}

void
pool_kill_next(const struct pool *pool, struct pool_range range, int number)
{
	const struct process *process;
	unsigned i;

	for (i = range.first; i < range.end; i++) {
		process = &pool->slot[pool_next(pool, i)];
		if (process->pid != 0)
			kill(process->pid, number);
	}
}

void
pool_said_ready(struct pool *pool, unsigned slot)
{
	struct process *process = &pool->slot[slot];

	process->ready = true;
	process->late = false;
	process->ready_ms = monotime_ms();
	process->ready_by_ms = 0;
}

void
pool_said_retired(struct pool *pool, unsigned slot)
{
	pool->slot[slot].retired = true;
}

bool
pool_all_retired(const struct pool *pool)
{
	unsigned i;

	for (i = 0; i < pool->slots; i++)
		if (pool->slot[i].pid != 0 && !pool_is_newest(pool, i) &&
		    !pool->slot[i].retired)
			return false;
	return true;
}

void
pool_end_refused(struct pool *pool, unsigned slot)
{
	struct process *process = &pool->slot[slot];

	if (!process_is_refused(process))
		return;
	log_warnx("process %u of the pool (pid %ld) said what it must not: "
		  "it is ended",
	    pool_number(pool, slot), (long)process->pid);
	kill(process->pid, SIGKILL);
	process_close_channels(process);
}

bool
pool_can_serve(const struct pool *pool, struct pool_range range)
{
	const struct process *process;
	bool somebody = false;
	unsigned i, end;

	end = range.end < pool->wanted ? range.end : pool->wanted;
	for (i = range.first; i < end; i++) {
		process = &pool->slot[pool_newest(pool, i)];
		if (!process->ready && !process->late)
			return false;
		somebody = somebody || process->ready;
	}
	return somebody || range.first >= end;
}

unsigned
pool_alive(const struct pool *pool)
{
	unsigned slot, alive = 0;

	for (slot = 0; slot < pool->slots; slot++)
		alive += pool->slot[slot].pid != 0;
	return alive;
}

void
pool_say(const struct pool *pool, unsigned slot, enum message_type type)
{
	channel_say(&pool->slot[slot].control, type, 0);
}

void
pool_say_all(const struct pool *pool, enum message_type type)
{
	unsigned slot;

	for (slot = 0; slot < pool->slots; slot++)
		if (pool->slot[slot].pid != 0)
			pool_say(pool, slot, type);
}

void
pool_say_old(const struct pool *pool, enum message_type type)
{
	unsigned slot;

	for (slot = 0; slot < pool->slots; slot++)
		if (pool->slot[slot].pid != 0 && !pool->slot[slot].retired &&
		    !pool_is_newest(pool, slot))
			pool_say(pool, slot, type);
}

void
pool_say_ready(const struct pool *pool, enum message_type type)
{
	unsigned slot;

	for (slot = 0; slot < pool->slots; slot++)
		if (pool->slot[slot].ready)
			pool_say(pool, slot, type);
}

void
pool_nudge_all(const struct pool *pool, enum message_type type)
{
	unsigned slot;

	for (slot = 0; slot < pool->slots; slot++)
		if (pool->slot[slot].pid != 0 &&
		    !channel_waiting(&pool->slot[slot].control))
			pool_say(pool, slot, type);
}

void
pool_pass_all(const struct pool *pool, enum message_type type, int fd)
{
	struct message message = { .type = type };
	unsigned slot;

	for (slot = 0; slot < pool->slots; slot++)
		if (pool->slot[slot].pid != 0)
			channel_pass(&pool->slot[slot].control, &message, fd);
}

void
pool_kill_all(const struct pool *pool, int number)
{
	unsigned slot;

	for (slot = 0; slot < pool->slots; slot++)
		if (pool->slot[slot].pid != 0)
			kill(pool->slot[slot].pid, number);
}

/* A child reads the end of its channel and exits; then the master reads that.
 */
static void
pool_end_all(struct pool *pool)
{
	int64_t end_ms = monotime_ms() + POOL_QUIT_MS;
	struct process *process;
	struct pollfd pollfd;
	unsigned i;

	for (i = 0; i < pool->slots; i++)
		if (pool->slot[i].pid != 0)
			shutdown(pool->slot[i].control.fd, SHUT_WR);
	for (i = 0; i < pool->slots; i++) {
		process = &pool->slot[i];
		if (process->pid == 0)
			continue;
		pollfd = (struct pollfd){ .fd = process->text[0].fd };
		poll(&pollfd, 1, monotime_left(monotime_ms(), end_ms));
		kill(process->pid, SIGKILL);
		waitpid(process->pid, NULL, 0);
		process->pid = 0;
	}
}

static int
pool_fork(struct pool *pool, unsigned slot)
{
	struct process *process = &pool->slot[slot];
	char name[64];

	snprintf(name, sizeof(name), "process %u of the pool",
	    pool_number(pool, slot));
	if (process_start(process, &pool->plan, slot, name) == -1)
		return -1;
	process->ready_by_ms = process->started_ms + POOL_READY_MS;
	return 0;
}

/* If that fails, it is tried again. */
static void
pool_fork_soon(struct pool *pool, unsigned slot)
{
	pool->slot[slot].late = false;
	if (pool_fork(pool, slot) == -1)
		pool->slot[slot].respawn_ms = monotime_ms() + POOL_DELAY_MAX_MS;
}

/* Returns a generation in which the slot of this number is free, or -1. */
static int
pool_find_room(const struct pool *pool, unsigned number)
{
	unsigned i, generation;

	for (i = 0; i < pool->generations; i++) {
		generation = (pool->newest[number] + i) % pool->generations;
		if (pool->slot[generation * pool->children + number].pid == 0)
			return (int)generation;
	}
	return -1;
}

/* The slot of the newest child of a number. */
static unsigned
pool_newest(const struct pool *pool, unsigned number)
{
	return pool->newest[number] * pool->children + number;
}

/* The slot of the one to come. */
static unsigned
pool_next(const struct pool *pool, unsigned number)
{
	return (pool->newest[number] + 1) % pool->generations * pool->children +
	    number;
}

static bool
pool_is_newest(const struct pool *pool, unsigned slot)
{
	return slot == pool_newest(pool, slot % pool->children);
}

static bool
pool_died_at_once(const struct process *process, int64_t now_ms)
{
	return !process->ready || now_ms - process->ready_ms < POOL_AT_ONCE_MS;
}

/* A child that hangs before it is ready would keep its slot for ever. */
static void
pool_kill_late(struct pool *pool, unsigned slot)
{
	struct process *process = &pool->slot[slot];

	log_warnx("process %u of the pool (pid %ld) is not ready after %d s: "
		  "it is replaced",
	    pool_number(pool, slot), (long)process->pid, POOL_READY_MS / 1000);
	process->late = true;
	process->ready_by_ms = 0;
	kill(process->pid, SIGKILL);
}
