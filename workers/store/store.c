#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "base/loop.h"
#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/textbuf.h"
#include "store/store.h"
#include "store/store_account.h"
#include "store/store_command.h"
#include "store/store_link.h"
#include "store/store_removals.h"
#include "store/store_start.h"
#include "store/store_value.h"
#include "store/store_wire.h"

#define STORE_UNANSWERED_MAX   4096
#define STORE_UNSENT_MAX       (8 * 1024 * 1024)
#define STORE_LATE_MAX	       20 /* in a row */
#define STORE_REMOVALS_AT_ONCE 64
#define STORE_GETDEL	       0x0602 /* the version that has it */

struct store {
	struct store_start start;
	struct store_link link;
	/* Commands, in the order in which they were given: */
	struct store_commands held; /* until the link is ready */
	struct store_commands sent; /* replies come in the same order */
	struct store_commands failed; /* the askers are still to hear that */
	struct store_commands due; /* all that are held or sent, and not late */
	struct store_removals removals; /* not sent yet */
	struct loop_timer timer; /* for the deadlines */
	struct loop_task task; /* for those that failed */
	unsigned held_count, sent_count;
	unsigned late; /* in a row */
	uint64_t removals_lost; /* so many of them are counted */
	bool was_ready;
};

static void
store_ask_for(struct store *, struct store_ask *, struct store_command *);
static void store_send(struct store *, struct store_command *);
static int store_pack(struct store *, struct store_command *);
static void
store_complain(struct store *, const struct store_command *, const char *);
static void
store_move(struct store *, struct store_command *, struct store_commands *);
static void store_wait(struct store *, struct store_command *);
static void store_wait_no_more(struct store *, struct store_command *);
static void store_set_timer(struct store *);
static void store_fail(struct store *, struct store_command *);
static void
store_tell(struct store *, struct store_command *, const struct store_answer *);
static void store_send_removals(struct store *);
static void store_count(struct store *, enum stats_counter, uint64_t);
static void store_on_ready(void *);
static void store_on_reply(void *, const struct store_reply *);
static void store_judge(struct store *, struct store_command *,
    const struct store_reply *, struct store_answer *, struct textbuf *);
static void store_unpack(struct store *, struct store_command *,
    struct store_answer *, struct textbuf *);
static void store_on_gone(void *);
static void store_on_task(void *);
static void store_on_timer(void *);
static void store_is_late(struct store *, struct store_command *);

static const struct store_link_calls store_calls = { store_on_ready,
	store_on_reply, store_on_gone };

struct store *
store_begin(const struct store_start *start)
{
	struct store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		fatalx("out of memory");
	store->start = *start;
	TAILQ_INIT(&store->held);
	TAILQ_INIT(&store->sent);
	TAILQ_INIT(&store->failed);
	TAILQ_INIT(&store->due);
	store_removals_init(&store->removals);
	store->timer.run = store_on_timer;
	store->timer.arg = store;
	store->task.run = store_on_task;
	store->task.arg = store;
	store_link_open(&store->link, &start->link, &store_calls, store);
	return store;
}

void
store_close(struct store *store)
{
	struct store_commands *lists[] = { &store->held, &store->sent,
		&store->failed, &store->removals.commands };
	struct store_command *command;
	size_t i;

	store_link_close(&store->link);
	loop_timer_stop(store->start.link.loop, &store->timer);
	loop_task_stop(store->start.link.loop, &store->task);
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		while ((command = TAILQ_FIRST(lists[i])) != NULL) {
			TAILQ_REMOVE(lists[i], command, entry);
			if (command->ask != NULL)
				command->ask->command = NULL;
			store_command_free(command);
		}
	free(store);
}

void
store_get(struct store *store, struct store_ask *ask, const uint8_t *id,
    size_t id_size)
{
	store_ask_for(store, ask, store_command_new(STORE_GET, id, id_size));
}

void
store_take(struct store *store, struct store_ask *ask, const uint8_t *id,
    size_t id_size)
{
	store_ask_for(store, ask, store_command_new(STORE_TAKE, id, id_size));
}

void
store_put(struct store *store, struct store_ask *ask, const uint8_t *id,
    size_t id_size, const uint8_t *session, size_t size, int64_t lifetime_ms,
    bool single_use)
{
	struct store_command *command =
	    store_command_new(STORE_PUT, id, id_size);

	command->lifetime_ms = lifetime_ms;
	command->single_use = single_use;
	if (size <= STORE_SESSION_MAX) {
		textbuf_append(&command->session, session, size);
		store_ask_for(store, ask, command);
		return;
	}
	command->ask = ask;
	ask->command = command;
	store_complain(store, command, "the session is too large for it");
	store_fail(store, command);
}

void
store_remove(struct store *store, const uint8_t *id, size_t id_size)
{
	store_removals_add(
	    &store->removals, store_command_new(STORE_REMOVE, id, id_size));
	store_send_removals(store);
}

bool
store_has_removals(const struct store *store)
{
	return store_link_is_ready(&store->link) && store->removals.count > 0;
}

void
store_forget(struct store_ask *ask)
{
	struct store_command *command = ask->command;

	ask->command = NULL;
	if (command != NULL)
		command->ask = NULL;
}

static void
store_ask_for(
    struct store *store, struct store_ask *ask, struct store_command *command)
{
	command->ask = ask;
	ask->command = command;
	if (store_link_is_ready(&store->link)) {
		store_send(store, command);
	} else if (store_link_is_hopeful(&store->link) &&
	    store->held_count < STORE_UNANSWERED_MAX) {
		store_move(store, command, &store->held);
		store_wait(store, command);
	} else {
		store_fail(store, command);
	}
}

/* The last step: it may find that the store has too much to do. */
static void
store_send(struct store *store, struct store_command *command)
{
	if (command->kind == STORE_PUT && store_pack(store, command) == -1) {
		store_complain(store, command, "the session cannot be sealed");
		store_fail(store, command);
		return;
	}
	store_move(store, command, &store->sent);
	store_wait(store, command);
	store_command_write(command, store->start.prefix,
	    store->link.greeting.version == 0 ||
		store->link.greeting.version >= STORE_GETDEL,
	    &store->link.out);
	textbuf_free(&command->session);
	store_link_send(&store->link);
	if (store->sent_count > STORE_UNANSWERED_MAX ||
	    store_link_unsent(&store->link) > STORE_UNSENT_MAX)
		store_link_end(&store->link, "too many commands wait for it",
		    STORE_PAUSE_MS);
}

/* Make the value of the session. Returns 0 or -1. */
static int
store_pack(struct store *store, struct store_command *command)
{
	const struct store_greeting *greeting = &store->link.greeting;
	struct store_value value = { .single_use = command->single_use,
		.time_offset_ms = greeting->time_offset_ms,
		.session = (const uint8_t *)command->session.data,
		.size = command->session.size };
	struct textbuf key, packed;
	int result;

	memcpy(value.run_id, greeting->run_id, sizeof(value.run_id));
	textbuf_init(&key);
	textbuf_init(&packed);
	store_command_key(command, store->start.prefix, &key);
	result = store_value_write(&value, store->start.keys, &key, &packed);
	if (command->session.size > 0)
		explicit_bzero(command->session.data, command->session.size);
	textbuf_free(&command->session);
	textbuf_free(&key);
	command->session = packed;
	return result;
}

static void
store_complain(
    struct store *store, const struct store_command *command, const char *what)
{
	struct textbuf key, line;

	textbuf_init(&key);
	textbuf_init(&line);
	store_command_key(command, store->start.prefix, &key);
	escape_line(&line, key.data, key.size);
	textbuf_printf(&line, ": %s", what);
	store_link_say(&store->link, line.data);
	textbuf_free(&key);
	textbuf_free(&line);
}

/* To the end of a list, or off all lists if that is NULL. */
static void
store_move(struct store *store, struct store_command *command,
    struct store_commands *home)
{
	if (command->home != NULL)
		TAILQ_REMOVE(command->home, command, entry);
	store->held_count -= command->home == &store->held;
	store->sent_count -= command->home == &store->sent;
	command->home = home;
	if (home != NULL)
		TAILQ_INSERT_TAIL(home, command, entry);
	store->held_count += home == &store->held;
	store->sent_count += home == &store->sent;
}

/* One that was held keeps its deadline. */
static void
store_wait(struct store *store, struct store_command *command)
{
	if (command->is_due)
		return;
	command->is_due = true;
	command->until_ms = monotime_ms() + store->start.link.timeout_ms;
	TAILQ_INSERT_TAIL(&store->due, command, due_entry);
	if (store->timer.at_ms == 0)
		store_set_timer(store);
}

static void
store_wait_no_more(struct store *store, struct store_command *command)
{
	if (command->is_due)
		TAILQ_REMOVE(&store->due, command, due_entry);
	command->is_due = false;
}

/*
 * For the one whose deadline is first. The timer may come in vain, when the
 * answer is there: that costs less than a new timer for each command.
 */
static void
store_set_timer(struct store *store)
{
	struct store_command *first = TAILQ_FIRST(&store->due);
	int64_t left_ms;

	if (first == NULL)
		return;
	left_ms = first->until_ms - monotime_ms();
	loop_timer_set(
	    store->start.link.loop, &store->timer, left_ms > 0 ? left_ms : 0);
}

/* The asker hears of it in the next turn. */
static void
store_fail(struct store *store, struct store_command *command)
{
	store_wait_no_more(store, command);
	store_move(store, command, &store->failed);
	loop_defer(store->start.link.loop, &store->task);
}

/* Nothing of the command may be used after that but by the caller. */
static void
store_tell(struct store *store, struct store_command *command,
    const struct store_answer *answer)
{
	struct store_ask *ask = command->ask;
	struct store_answer told = *answer;

	told.took_us = monotime_us() - command->asked_us;
	store_account(store->start.counters, command, &told);
	if (ask == NULL)
		return;
	command->ask = NULL;
	ask->command = NULL;
	ask->is_answered = true;
	ask->verdict = told.verdict;
	ask->took_us = told.took_us;
	ask->heard(ask->arg, &told);
}

/* Only some at a time, so that those who wait are not behind thousands. */
static void
store_send_removals(struct store *store)
{
	uint64_t lost = store->removals.dropped - store->removals_lost;
	struct store_command *command;

	store_count(store, STAT_STORE_REMOVALS_LOST, lost);
	store->removals_lost += lost;
	while (store_link_is_ready(&store->link) &&
	    store->sent_count < STORE_REMOVALS_AT_ONCE &&
	    (command = store_removals_next(&store->removals)) != NULL)
		store_send(store, command);
}

static void
store_count(struct store *store, enum stats_counter counter, uint64_t n)
{
	if (store->start.counters != NULL)
		counters_add(store->start.counters, counter, n);
}

/* What nobody waits for any more is not asked. */
static void
store_on_ready(void *arg)
{
	struct store *store = arg;
	struct store_command *command;

	store->late = 0;
	store_count(store, STAT_STORE_RECONNECTS, store->was_ready);
	store->was_ready = true;
	if (store->start.wants_run && *store->link.greeting.run_id == '\0')
		store_link_say(&store->link,
		    "it does not tell its run_id (INFO server), so there is "
		    "no early data");
	while (store_link_is_ready(&store->link) &&
	    (command = TAILQ_FIRST(&store->held)) != NULL) {
		if (command->ask != NULL) {
			store_send(store, command);
			continue;
		}
		store_wait_no_more(store, command);
		store_move(store, command, NULL);
		store_command_free(command);
	}
	store_send_removals(store);
}

static void
store_on_reply(void *arg, const struct store_reply *reply)
{
	struct store *store = arg;
	struct store_command *command = TAILQ_FIRST(&store->sent);
	struct store_answer answer = { .verdict = STORE_FAILED };
	struct textbuf room;

	if (command == NULL) {
		store_link_end(&store->link, "it answers what nobody asked",
		    STORE_PAUSE_MS);
		return;
	}
	store->late = 0;
	store_wait_no_more(store, command);
	store_move(store, command, NULL);
	textbuf_init(&room);
	store_judge(store, command, reply, &answer, &room);
	store_tell(store, command, &answer);
	store_command_free(command);
	if (room.size > 0)
		explicit_bzero(room.data, room.size);
	textbuf_free(&room);
	store_send_removals(store);
}

static void
store_judge(struct store *store, struct store_command *command,
    const struct store_reply *reply, struct store_answer *answer,
    struct textbuf *room)
{
	if (!store_command_judge(command, reply, answer)) {
		*answer = (struct store_answer){ .verdict = STORE_FAILED };
		store_link_end(
		    &store->link, "it answers something else", STORE_PAUSE_MS);
	} else if (reply->kind == STORE_REPLY_ERROR) {
		store_link_say(&store->link, reply->bytes.data);
	} else {
		store_link_praise(&store->link);
		if (answer->verdict == STORE_FOUND)
			store_unpack(store, command, answer, room);
	}
}

/* What is no session of ours is a miss. */
static void
store_unpack(struct store *store, struct store_command *command,
    struct store_answer *answer, struct textbuf *room)
{
	const struct store_greeting *greeting = &store->link.greeting;
	struct store_value value;
	struct textbuf key;
	const char *wrong;

	textbuf_init(&key);
	store_command_key(command, store->start.prefix, &key);
	wrong = store_value_read(&value, store->start.keys, &key,
	    answer->session, answer->size, room);
	textbuf_free(&key);
	if (wrong != NULL) {
		store_complain(store, command, wrong);
		command->is_wrong = true;
		*answer = (struct store_answer){ .verdict = STORE_MISSED };
		return;
	}
	answer->session = value.session;
	answer->size = value.size;
	answer->time_shift_s =
	    store_value_time_shift_s(&value, greeting->time_offset_ms);
	answer->single_use_is_sure = value.single_use &&
	    command->kind == STORE_TAKE && *value.run_id != '\0' &&
	    strcmp(value.run_id, greeting->run_id) == 0;
}

/* Only removals may be told twice. */
static void
store_on_gone(void *arg)
{
	struct store *store = arg;
	struct store_command *command;

	while ((command = TAILQ_LAST(&store->sent, store_commands)) != NULL) {
		if (command->kind != STORE_REMOVE) {
			store_fail(store, command);
			continue;
		}
		store_wait_no_more(store, command);
		store_move(store, command, NULL);
		store_removals_put_back(&store->removals, command);
	}
	if (store_link_is_hopeful(&store->link))
		return;
	while ((command = TAILQ_FIRST(&store->held)) != NULL)
		store_fail(store, command);
}

/* An asker may ask again, and fail again: that is for the next turn. */
static void
store_on_task(void *arg)
{
	static const struct store_answer answer = { .verdict = STORE_FAILED };
	struct store *store = arg;
	struct store_commands failed = TAILQ_HEAD_INITIALIZER(failed);
	struct store_command *command;

	TAILQ_CONCAT(&failed, &store->failed, entry);
	while ((command = TAILQ_FIRST(&failed)) != NULL) {
		TAILQ_REMOVE(&failed, command, entry);
		store_tell(store, command, &answer);
		store_command_free(command);
	}
}

static void
store_on_timer(void *arg)
{
	struct store *store = arg;
	struct store_command *command;

	while ((command = TAILQ_FIRST(&store->due)) != NULL &&
	    command->until_ms <= monotime_ms())
		store_is_late(store, command);
	if (store->timer.at_ms == 0)
		store_set_timer(store);
}

/* What was sent stays on its list, for its answer will come. */
static void
store_is_late(struct store *store, struct store_command *command)
{
	static const struct store_answer answer = { .verdict = STORE_FAILED };
	bool was_sent = command->home == &store->sent;

	store_wait_no_more(store, command);
	command->is_late = true;
	if (!was_sent) {
		store_link_doubt(&store->link);
		store_fail(store, command);
		return;
	}
	store_link_say(&store->link, "no answer in time");
	if (++store->late >= STORE_LATE_MAX) {
		store_link_end(
		    &store->link, "it does not answer", STORE_PAUSE_MS);
		return;
	}
	store_tell(store, command, &answer);
}
