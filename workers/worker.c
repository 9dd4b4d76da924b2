#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef SANITIZE
#include <sanitizer/lsan_interface.h>
#endif

#include "base/orphan.h"
#include "config/config.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/proctitle.h"
#include "foundation/signals.h"
#include "foundation/slab.h"
#include "link/stateless.h"
#include "sessions/session_cache.h"
#include "shared/shared.h"
#include "worker.h"

/* How long the last words may wait for the master. */
#define WORKER_LAST_WORDS_MS 300
/* Memory that was spare for so long goes back to the kernel. */
#define WORKER_TRIM_MS 500

static bool worker_goes_on(const struct worker *);
static int worker_open(struct worker *, const struct worker_setup *, unsigned,
    const struct channel_ends *);
static void worker_set_title(const struct worker *, const char *);
static _Noreturn void worker_exit(struct worker *);
static void worker_last_words(void *);
static void worker_on_control(void *, uint32_t);
static void worker_message(struct worker *, const struct message *);
static void worker_drain(struct worker *);
static void worker_quit(struct worker *);
static void worker_end_turn(struct worker *);
static void worker_watch_channels(struct worker *);
static void worker_watch_memory(struct worker *);
static void worker_on_trim(void *);

void
worker_run(void *setup, unsigned slot, const struct channel_ends *ends)
{
	struct worker *worker;

	if ((worker = calloc(1, sizeof(*worker))) == NULL)
		fatalx("out of memory");
	if (worker_open(worker, setup, slot, ends) == -1)
		_exit(1);
	worker_say(worker, MESSAGE_READY, 0);
	while (worker_goes_on(worker)) {
		worker_end_turn(worker);
		worker_watch_channels(worker);
		worker_watch_memory(worker);
		acceptor_will_wait(&worker->acceptor);
		loop_wait(&worker->loop);
		acceptor_has_waited(&worker->acceptor);
		loop_dispatch(&worker->loop);
	}
	worker_exit(worker);
}

/* At an orderly end a slow reader of our text gets all of it. */
static bool
worker_goes_on(const struct worker *worker)
{
	return !worker->draining || !TAILQ_EMPTY(&worker->connections) ||
	    (!worker->quitting && outlets_waiting(worker));
}

void
worker_say(struct worker *worker, enum message_type type, uint64_t id)
{
	struct message message = { .type = type, .id = id };

	if (channel_send(&worker->control, &message, NULL) == -1)
		_exit(1);
}

void
worker_say_opened(struct worker *worker, uint64_t id, bool held)
{
	struct message message = { .type = MESSAGE_OPENED,
		.id = id,
		.flags = held ? MESSAGE_FLAG_HELD : 0 };

	if (channel_send(&worker->control, &message, NULL) == -1)
		_exit(1);
}

void
worker_count(struct worker *worker, enum stats_counter stat)
{
	worker_add(worker, stat, 1);
}

void
worker_add(struct worker *worker, enum stats_counter stat, uint64_t n)
{
	stats_add(worker->setup->shared->stats, worker->slot, stat, n);
}

void
worker_end_step(struct worker *worker)
{
	outlets_end_step(worker);
	worker->current = NULL;
}

static void
worker_end_turn(struct worker *worker)
{
	outlets_end_block(worker);
	worker->current = NULL;
}

static int
worker_open(struct worker *worker, const struct worker_setup *setup,
    unsigned slot, const struct channel_ends *ends)
{
	worker->setup = setup;
	worker->slot = slot;
	/* Each generation has its slots, and in them the same numbers. */
	worker->number = slot % setup->config->workers + 1;
	worker_set_title(worker, "");
	signals_in_worker();
	orphan_init(setup->listener_fd);
	fault_set_worker((int)worker->number);
	fault_point("worker-start");
	TAILQ_INIT(&worker->connections);
	TAILQ_INIT(&worker->statuses);
	channel_init(&worker->control, ends->control_fd);
	channel_hear(&worker->control, PARTY_MASTER, PARTY_WORKER);
	outlets_init(worker, ends->text_fd);
	text_set_sink(outlets_text, worker);
	log_before_exit(worker_last_words, worker);
	crl_cache_init(&worker->crls);
	worker->trim.run = worker_on_trim;
	worker->trim.arg = worker;
	worker->control_event =
	    (struct loop_event){ worker_on_control, worker, -1 };
	worker->control_events = EPOLLIN;
	if (loop_open(&worker->loop) == -1 ||
	    loop_add(&worker->loop, &worker->control_event, ends->control_fd,
		worker->control_events) == -1 ||
	    outlets_register(worker) == -1 || stateless_open(worker) == -1 ||
	    acceptor_open(&worker->acceptor, worker) == -1) {
		worker_end_turn(worker);
		return -1;
	}
	return 0;
}

static void
worker_set_title(const struct worker *worker, const char *state)
{
	proctitle_set(
	    "worker %u of %s%s", worker->number, worker->setup->address, state);
}

/*
 * By _exit: what was inherited from the master is not this process's to tidy
 * up. Leaks are looked for here, since no exit handler runs.
 */
static void
worker_exit(struct worker *worker)
{
	fault_point("worker-exit");
	worker_last_words(worker);
#ifdef SANITIZE
	__lsan_do_leak_check();
#endif
	_exit(0);
}

/* Also a fatal error's. */
static void
worker_last_words(void *arg)
{
	struct worker *worker = arg;

	worker_end_turn(worker);
	outlets_flush(worker, WORKER_LAST_WORDS_MS);
}

static void
worker_on_control(void *arg, uint32_t events)
{
	struct worker *worker = arg;
	struct message message;
	int received;

	if ((events & EPOLLOUT) && channel_flush(&worker->control) == -1)
		_exit(1);
	while ((received = channel_receive(
		    &worker->control, &message, worker->body)) == 1)
		worker_message(worker, &message);
	if (received == -1)
		_exit(1);
}

static void
worker_message(struct worker *worker, const struct message *message)
{
	struct connection *connection;

	switch ((enum message_type)message->type) {
	case MESSAGE_ACCEPT:
		if (acceptor_begin(&worker->acceptor) == -1)
			fatalx("worker %u cannot accept", worker->number);
		break;
	case MESSAGE_GO:
		connection = connection_find(worker, message->id);
		if (connection != NULL)
			connection_release(connection);
		break;
	case MESSAGE_UNIT:
		connection = connection_find(worker, message->id);
		if (connection != NULL)
			connection_unit(connection, worker->body, message->size,
			    (message->flags & MESSAGE_FLAG_QUIT) != 0);
		break;
	case MESSAGE_FETCHED:
		status_news(worker);
		break;
	case MESSAGE_STATS_REQUEST:
		worker_say(worker,
		    fault_fails("stats") ? MESSAGE_ACCEPT : MESSAGE_STATS,
		    message->id);
		break;
	case MESSAGE_DRAIN:
		worker_drain(worker);
		break;
	case MESSAGE_QUIT:
		worker_quit(worker);
		break;
	case MESSAGE_ABORT:
		worker_exit(worker);
	default:
		log_warnx("worker %u was sent message %u out of turn",
		    worker->number, message->type);
	}
}

static void
worker_drain(struct worker *worker)
{
	if (worker->draining)
		return;
	worker->draining = true;
	acceptor_stop(&worker->acceptor);
	worker_set_title(worker, " (draining)");
	worker_say(worker, MESSAGE_DRAINING, 0);
}

static void
worker_quit(struct worker *worker)
{
	struct connection *connection, *next;

	worker_drain(worker);
	worker->quitting = true;
	TAILQ_FOREACH_SAFE (connection, &worker->connections, entry, next)
		connection_end(connection);
}

static void
worker_watch_channels(struct worker *worker)
{
	worker_watch(worker, &worker->control_event, &worker->control_events,
	    EPOLLIN |
		(channel_waiting(&worker->control) ? (uint32_t)EPOLLOUT : 0));
	outlets_watch(worker);
}

/* Who is idle and has nothing spare is not woken. */
static void
worker_watch_memory(struct worker *worker)
{
	if (worker->trim.at_ms == 0 && slab_has_spare())
		loop_timer_set(&worker->loop, &worker->trim, WORKER_TRIM_MS);
}

static void
worker_on_trim(void *arg)
{
	(void)arg;
	slab_trim();
}

void
worker_watch(struct worker *worker, struct loop_event *event, uint32_t *events,
    uint32_t wanted)
{
	if (*events == wanted)
		return;
	*events = wanted;
	loop_modify(&worker->loop, event, wanted);
}
