#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef SANITIZE
#include <sanitizer/lsan_interface.h>
#endif

#include "base/counters.h"
#include "base/loop.h"
#include "base/orphan.h"
#include "base/page_store.h"
#include "base/services.h"
#include "base/uplink.h"
#include "config/config.h"
#include "connection/connections.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/proctitle.h"
#include "foundation/signals.h"
#include "foundation/slab.h"
#include "handlers/handlers.h"
#include "resumption/resumption.h"
#include "sessions/session_cache.h"
#include "shared/connection_board.h"
#include "shared/shared.h"
#include "shared/tally.h"
#include "store/store.h"
#include "text/outlet.h"
#include "text/record_log.h"
#include "tls/cookie.h"
#include "waiting/waiting.h"
#include "worker.h"

/* How long the worker waits at its end for the master to take its text. */
#define WORKER_LAST_WORDS_MS 300
/* Spare memory goes back to the kernel after so long. */
#define WORKER_TRIM_MS 500

struct worker {
	struct services services; /* by which others know the fields below */
	const struct worker_setup *setup;
	struct loop loop;
	struct counters counters;
	struct card_holder cards;
	struct uplink uplink;
	struct outlets outlets;
	struct record_log record_log;
	struct waiting waiting;
	struct cookie_maker cookies; /* of -stateless */
	struct connections connections;
	struct loop_timer trim; /* gives spare memory back */
	bool draining; /* exit when the last connection is gone */
	bool quitting; /* peers get no time to say goodbye */
	uint8_t session[SESSION_BYTES_MAX]; /* see services.h */
};

static void worker_end_turn(struct worker *);
static bool worker_goes_on(const struct worker *);
static void
worker_fill_services(struct worker *, const struct worker_setup *, unsigned);
static int worker_open(struct worker *, const struct channel_ends *);
static int worker_open_cookies(struct worker *);
static void worker_set_title(const struct worker *, const char *);
static _Noreturn void worker_exit(struct worker *);
static void worker_last_words(void *);
static void worker_heard(void *, const struct message *, const void *);
static void worker_heard_of_connection(
    struct worker *, const struct message *, const void *);
static void worker_drain(struct worker *);
static void worker_quit(struct worker *);
static void worker_watch_memory(struct worker *);
static void worker_on_trim(void *);

void
worker_run(void *setup, unsigned slot, const struct channel_ends *ends)
{
	struct worker *worker;

	if ((worker = calloc(1, sizeof(*worker))) == NULL)
		fatalx("out of memory");
	worker_fill_services(worker, setup, slot);
	if (worker_open(worker, ends) == -1) {
		outlets_end_block(&worker->outlets);
		_exit(1);
	}
	uplink_say(&worker->uplink, MESSAGE_READY, 0);
	while (worker_goes_on(worker)) {
		worker_end_turn(worker);
		uplink_watch(&worker->uplink);
		outlets_watch(&worker->outlets);
		worker_watch_memory(worker);
		acceptor_will_wait(&worker->connections.acceptor);
		loop_wait(&worker->loop);
		acceptor_has_waited(&worker->connections.acceptor);
		loop_dispatch(&worker->loop);
	}
	worker_exit(worker);
}

static void
worker_end_turn(struct worker *worker)
{
	bool have_left = true;

	outlets_end_block(&worker->outlets);
	if (worker->services.record_log != NULL) {
		have_left = record_log_end_turn(&worker->record_log);
		/* It may have been said what went wrong with that. */
		outlets_end_block(&worker->outlets);
	}
	/* The records of connections that are gone have left. */
	if (have_left && worker->services.cards != NULL)
		card_free_leaving(&worker->cards);
}

/*
 * At an orderly end the worker waits until the master has all its text, and the
 * session store all removals.
 */
static bool
worker_goes_on(const struct worker *worker)
{
	const struct store *store = worker->services.store;

	return !worker->draining ||
	    !connections_are_gone(&worker->connections) ||
	    (!worker->quitting &&
		(outlets_waiting(&worker->outlets) ||
		    (store != NULL && store_has_removals(store))));
}

static void
worker_fill_services(
    struct worker *worker, const struct worker_setup *setup, unsigned slot)
{
	worker->setup = setup;
	worker->counters = (struct counters){ .stats = setup->shared->stats,
		.slot = slot,
		.row = stats_row(setup->shared->stats, slot),
		.tally = setup->shared->tally == NULL
		    ? NULL
		    : tally_slot(setup->shared->tally, slot) };
	worker->services = (struct services){
		.loop = &worker->loop,
		.counters = &worker->counters,
		.cards =
		    setup->shared->connections != NULL ? &worker->cards : NULL,
		.uplink = &worker->uplink,
		.outlets = &worker->outlets,
		.waiting = &worker->waiting,
		.config = setup->config,
		.tls = setup->tls,
		.shared = setup->shared,
		.tickets = setup->tickets,
		.cookies = &worker->cookies,
		.listener_fd = setup->listener_fd,
		.slot = slot,
		/* Each generation has slots of its own and the same numbers. */
		.number = slot % config_workers_max(setup->config) + 1,
		.quitting = &worker->quitting,
		.session = worker->session,
	};
}

/* Returns 0, or -1 (reported). */
static int
worker_open(struct worker *worker, const struct channel_ends *ends)
{
	const struct services *services = &worker->services;

	worker_set_title(worker, "");
	signals_in_worker();
	orphan_init(
	    services->listener_fd, services->config->activation.hands_in);
	fault_set_worker((int)services->number);
	fault_point("worker-start");
	waiting_init(&worker->waiting);
	outlets_init(&worker->outlets, &worker->loop, ends->text_fd,
	    &services->shared->texts, (size_t)services->slot * TEXT_OUTLETS,
	    worker->setup->one_outlet);
	text_set_sink(outlets_text, &worker->outlets);
	log_before_exit(worker_last_words, worker);
	if (worker->setup->log != NULL) {
		record_log_init(&worker->record_log, worker->setup->log,
		    services->shared->board, &worker->loop, &worker->uplink);
		worker->services.record_log = &worker->record_log;
	}
	worker->trim.run = worker_on_trim;
	worker->trim.arg = worker;
	if (loop_open(&worker->loop) == -1)
		return -1;
	if (handlers_find(services->config->mode)->traits.files)
		worker->services.pages = page_store_new();
	worker->services.store = store_open(services, worker->setup->store);
	resumption_begin(services);
	if (uplink_open(&worker->uplink, &worker->loop, ends->control_fd,
		worker_heard, worker) == -1 ||
	    outlets_register(&worker->outlets) == -1 ||
	    worker_open_cookies(worker) == -1 ||
	    (services->cards != NULL &&
		card_holder_open(services->cards, services->shared->connections,
		    services->shared->stats, services->slot) == -1) ||
	    connections_open(&worker->connections, services,
		handlers_find(services->config->mode)) == -1)
		return -1;
	return 0;
}

static int
worker_open_cookies(struct worker *worker)
{
	const struct shared_board *board = worker->setup->shared->board;

	worker->cookies.mac = NULL;
	if (!worker->setup->config->stateless)
		return 0;
	return cookie_maker_open(&worker->cookies, board->cookie_secret,
	    sizeof(board->cookie_secret));
}

static void
worker_set_title(const struct worker *worker, const char *state)
{
	proctitle_set("worker %u of %s%s", worker->services.number,
	    worker->setup->address, state);
}

/*
 * With _exit, because what was inherited from the master must not be cleaned up
 * here. No exit handler runs, so look for leaks here.
 */
static void
worker_exit(struct worker *worker)
{
	fault_point("worker-exit");
	worker_last_words(worker);
	if (worker->services.store != NULL)
		store_close(worker->services.store);
#ifdef SANITIZE
	__lsan_do_leak_check();
#endif
	_exit(0);
}

/* Also called by fatal errors (log_before_exit). */
static void
worker_last_words(void *arg)
{
	struct worker *worker = arg;
	bool all_left = true;

	outlets_end_block(&worker->outlets);
	if (worker->services.record_log != NULL)
		all_left =
		    record_log_close(&worker->record_log, WORKER_LAST_WORDS_MS);
	/* Else the master writes these records. */
	if (all_left && worker->services.cards != NULL)
		card_free_leaving(&worker->cards);
	outlets_flush(&worker->outlets, WORKER_LAST_WORDS_MS);
}

/* An uplink_heard. */
static void
worker_heard(void *arg, const struct message *message, const void *body)
{
	struct worker *worker = arg;

	switch ((enum message_type)message->type) {
	case MESSAGE_ACCEPT:
		if (acceptor_begin(&worker->connections.acceptor) == -1)
			fatalx(
			    "worker %u cannot accept", worker->services.number);
		break;
	case MESSAGE_GO:
	case MESSAGE_UNIT:
	case MESSAGE_CLOSE:
		worker_heard_of_connection(worker, message, body);
		break;
	case MESSAGE_FETCHED:
		waiting_news(&worker->waiting);
		break;
	case MESSAGE_STATS_REQUEST:
		uplink_say(&worker->uplink,
		    fault_fails("stats") ? MESSAGE_ACCEPT : MESSAGE_STATS,
		    message->id);
		break;
	case MESSAGE_LOG_FILE:
		if (worker->services.record_log != NULL)
			record_log_reopen(&worker->record_log,
			    channel_take_passed(&worker->uplink.channel));
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
		    worker->services.number, message->type);
	}
}

static void
worker_heard_of_connection(
    struct worker *worker, const struct message *message, const void *body)
{
	struct connection *connection =
	    connections_find(&worker->connections, message->id);

	if (connection == NULL)
		return;
	if (message->type == MESSAGE_GO)
		typed_release(connection);
	else if (message->type == MESSAGE_CLOSE)
		connection_end(connection);
	else
		typed_take(connection, body, message->size,
		    (message->flags & MESSAGE_FLAG_QUIT) != 0);
}

static void
worker_drain(struct worker *worker)
{
	if (worker->draining)
		return;
	worker->draining = true;
	acceptor_stop(&worker->connections.acceptor);
	worker_set_title(worker, " (draining)");
	uplink_say(&worker->uplink, MESSAGE_DRAINING, 0);
}

static void
worker_quit(struct worker *worker)
{
	worker_drain(worker);
	worker->quitting = true;
	connections_end(&worker->connections);
}

/* An idle worker without spare memory must not be woken. */
static void
worker_watch_memory(struct worker *worker)
{
	if (worker->trim.at_ms == 0 &&
	    (slab_has_spare() || outlets_have_spare(&worker->outlets)))
		loop_timer_set(&worker->loop, &worker->trim, WORKER_TRIM_MS);
}

static void
worker_on_trim(void *arg)
{
	struct worker *worker = arg;

	slab_trim();
	outlets_trim(&worker->outlets);
}
