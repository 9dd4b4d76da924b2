#include <err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "client.h"
#include "clock.h"
#include "engine.h"
#include "report.h"
#include "settings.h"

#define ENGINE_EVENTS	     256
#define ENGINE_TICK_MS	     20
#define ENGINE_RETRY_US	     20000
#define ENGINE_CLOSE_WAIT_US 5000000
#define ENGINE_SECOND_US     INT64_C(1000000)

struct engine {
	struct client_world *world;
	const struct settings *settings;
	int epoll_fd;
	int64_t start_us;
	int64_t end_us;
	bool warming; /* the current connections do not count */
	int64_t swept_us;
	unsigned made; /* number of jobs so far */
	unsigned busy; /* number of connections neither held nor over */
	unsigned held;
	int64_t release_us; /* 0: not all are held yet */
	bool released;
	struct client_list clients;
	struct job_list waiting; /* second connections and retries */
	struct job_list idle; /* with --warm-up: jobs without a connection */
};

static void engine_begin_count(struct engine *);
static bool engine_has_more(const struct engine *);
static bool engine_has_work(struct engine *);
static void engine_start(struct engine *);
static struct job *engine_next_job(struct engine *);
static void engine_begin(struct engine *, struct job *);
static void engine_wait(struct engine *);
static void engine_moved(
    struct engine *, struct client *, enum client_state before, bool wrote);
static void engine_finish(struct engine *, struct client *);
static void engine_settle(struct engine *, struct client *);
static void engine_again(struct engine *, struct job *, int64_t);
static void engine_failed(struct engine *, struct job *, bool missed);
static void engine_count(struct engine *, struct job *, bool);
static void engine_warm(struct engine *);
static void engine_sweep(struct engine *);
static void engine_hold(struct engine *);
static bool engine_input_ended(int wait_ms);
static void engine_give_up(struct engine *);

int
engine_run(struct client_world *world, int64_t *took_us)
{
	struct engine engine = {
		.world = world,
		.settings = world->settings,
		.warming = world->settings->warm_up,
	};

	TAILQ_INIT(&engine.clients);
	TAILQ_INIT(&engine.waiting);
	TAILQ_INIT(&engine.idle);
	if ((engine.epoll_fd = epoll_create1(EPOLL_CLOEXEC)) == -1) {
		warn("epoll_create1");
		return -1;
	}
	engine_begin_count(&engine);
	while (engine_has_work(&engine) && clock_now_us() < engine.end_us) {
		engine_start(&engine);
		engine_wait(&engine);
		engine_sweep(&engine);
		if (engine.warming)
			engine_warm(&engine);
		if (engine.settings->hold)
			engine_hold(&engine);
	}
	*took_us = clock_now_us() - engine.start_us;
	engine_give_up(&engine);
	close(engine.epoll_fd);
	return 0;
}

static void
engine_begin_count(struct engine *engine)
{
	const struct settings *settings = engine->settings;

	engine->made = 0;
	engine->start_us = clock_now_us();
	engine->end_us = engine->start_us +
	    (settings->duration_s + settings->timeout_s) * ENGINE_SECOND_US;
}

/* Returns the number of jobs that are not made yet. */
static bool
engine_has_more(const struct engine *engine)
{
	const struct settings *settings = engine->settings;

	if (engine->warming)
		return engine->made < settings->parallel;
	if (settings->duration_s == 0)
		return engine->made < settings->connections;
	return clock_now_us() - engine->start_us <
	    settings->duration_s * ENGINE_SECOND_US;
}

static bool
engine_has_work(struct engine *engine)
{
	return !TAILQ_EMPTY(&engine->clients) ||
	    !TAILQ_EMPTY(&engine->waiting) || engine_has_more(engine);
}

static void
engine_start(struct engine *engine)
{
	struct job *job;

	while (engine->busy < engine->settings->parallel &&
	    (job = engine_next_job(engine)) != NULL)
		engine_begin(engine, job);
}

static struct job *
engine_next_job(struct engine *engine)
{
	struct job *job = TAILQ_FIRST(&engine->waiting);

	if (job != NULL && job->retry_us <= clock_now_us()) {
		TAILQ_REMOVE(&engine->waiting, job, entry);
		return job;
	}
	/* Pairs and retries come first, so that they follow one another. */
	if ((job != NULL && engine->settings->sequential) ||
	    !engine_has_more(engine))
		return NULL;
	if (!engine->warming && (job = TAILQ_FIRST(&engine->idle)) != NULL)
		TAILQ_REMOVE(&engine->idle, job, entry);
	else if ((job = calloc(1, sizeof(*job))) == NULL)
		err(1, NULL);
	job->number = ++engine->made;
	return job;
}

static void
engine_begin(struct engine *engine, struct job *job)
{
	struct epoll_event event = { .events = EPOLLOUT };
	struct client *client;

	if ((client = client_open(engine->world, job)) == NULL) {
		engine_failed(engine, job, false);
		return;
	}
	event.data.ptr = client;
	if (epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, client->fd, &event) ==
	    -1)
		err(1, "epoll_ctl");
	TAILQ_INSERT_TAIL(&engine->clients, client, entry);
	engine->busy++;
}

static void
engine_wait(struct engine *engine)
{
	struct epoll_event events[ENGINE_EVENTS];
	struct client *client;
	enum client_state before;
	bool wrote;
	int i, n;

	n = epoll_wait(engine->epoll_fd, events, ENGINE_EVENTS, ENGINE_TICK_MS);
	for (i = 0; i < n; i++) {
		client = events[i].data.ptr;
		before = client->state;
		wrote = client->wants_write;
		client_run(client);
		engine_moved(engine, client, before, wrote);
	}
}

/* After a step of a connection: counts it again and polls for what it wants. */
static void
engine_moved(struct engine *engine, struct client *client,
    enum client_state before, bool wrote)
{
	struct epoll_event event = { .data.ptr = client };

	if (before != CLIENT_HELD && client->state == CLIENT_HELD) {
		engine->busy--;
		engine->held++;
	} else if (before == CLIENT_HELD && client->state != CLIENT_HELD) {
		engine->busy++;
		engine->held--;
	}
	if (client->state == CLIENT_OVER) {
		engine_finish(engine, client);
		return;
	}
	if (client->state == CLIENT_CLOSE && engine->settings->at_once &&
	    client->job != NULL)
		engine_settle(engine, client);
	if (client->wants_write == wrote)
		return;
	event.events = client->wants_write ? EPOLLOUT : EPOLLIN;
	if (epoll_ctl(engine->epoll_fd, EPOLL_CTL_MOD, client->fd, &event) ==
	    -1)
		err(1, "epoll_ctl");
}

static void
engine_finish(struct engine *engine, struct client *client)
{
	if (client->job != NULL)
		engine_settle(engine, client);
	TAILQ_REMOVE(&engine->clients, client, entry);
	client_free(client);
}

/* The result of a connection is known: its job goes on without it. */
static void
engine_settle(struct engine *engine, struct client *client)
{
	struct report *report = engine->world->report;
	struct job *job = client->job;

	client->job = NULL;
	engine->busy--;
	if (!client->ok) {
		engine_failed(engine, job, client->missed);
		return;
	}
	report_served(report, client->worker, client->resumed);
	if (engine->settings->resume == RESUME_NONE) {
		engine_count(engine, job, true);
	} else if (job->resuming) {
		report_pair(report, job->first_worker, client->worker);
		report->early_accepted +=
		    engine->settings->resume == RESUME_EARLY;
		engine_count(engine, job, true);
	} else {
		job->resuming = true;
		job->first_worker = client->worker;
		if (engine->warming)
			TAILQ_INSERT_TAIL(&engine->idle, job, entry);
		else
			engine_again(engine, job, 0);
	}
}

static void
engine_again(struct engine *engine, struct job *job, int64_t delay_us)
{
	job->retry_us = clock_now_us() + delay_us;
	if (delay_us == 0)
		TAILQ_INSERT_HEAD(&engine->waiting, job, entry);
	else
		TAILQ_INSERT_TAIL(&engine->waiting, job, entry);
}

/* A miss is not tried again, since that would hide it. */
static void
engine_failed(struct engine *engine, struct job *job, bool missed)
{
	if (missed || !engine->settings->retry || engine->settings->hold) {
		engine_count(engine, job, false);
		return;
	}
	/* The connection that died may have used up the ticket. */
	if (engine->settings->resume == RESUME_EARLY)
		job->resuming = false;
	if (!job->resuming) {
		SSL_SESSION_free(job->session);
		job->session = NULL;
	}
	engine->world->report->retried++;
	engine_again(engine, job, ENGINE_RETRY_US);
}

static void
engine_count(struct engine *engine, struct job *job, bool ok)
{
	engine->world->report->ok += ok;
	engine->world->report->failed += !ok;
	if (ok && engine->settings->warm_up) {
		TAILQ_INSERT_TAIL(&engine->idle, job, entry);
		return;
	}
	SSL_SESSION_free(job->session);
	free(job);
}

/* After the warm-up, prints "warm" and waits for the end of standard input. */
static void
engine_warm(struct engine *engine)
{
	if (engine_has_work(engine) || engine->world->report->failed > 0)
		return;
	printf("warm\n");
	fflush(stdout);
	while (!engine_input_ended(-1))
		;
	engine->warming = false;
	report_forget(engine->world->report);
	engine_begin_count(engine);
}

/*
 * Does what is due. A server that answered but does not close is a success.
 */
static void
engine_sweep(struct engine *engine)
{
	int64_t now_us = clock_now_us();
	struct client *client, *next;
	enum client_state before;
	bool wrote;

	if (now_us - engine->swept_us < ENGINE_TICK_MS * 1000)
		return;
	engine->swept_us = now_us;
	for (client = TAILQ_FIRST(&engine->clients); client != NULL;
	     client = next) {
		next = TAILQ_NEXT(client, entry);
		before = client->state;
		wrote = client->wants_write;
		client_tick(client, now_us);
		if (client->state == CLIENT_CLOSE &&
		    now_us - client->close_us > ENGINE_CLOSE_WAIT_US)
			client->state = CLIENT_OVER;
		engine_moved(engine, client, before, wrote);
	}
}

/* When all connections are held, waits for the end of the hold. */
static void
engine_hold(struct engine *engine)
{
	struct client *client, *next;
	bool wrote;

	if (engine->released || engine->busy > 0 || engine_has_more(engine))
		return;
	if (engine->release_us == 0) {
		printf("holding %u\n", engine->held);
		fflush(stdout);
		engine->release_us = clock_now_us() +
		    engine->settings->hold_s * ENGINE_SECOND_US;
	}
	if (engine->settings->hold_until_eof
		? !engine_input_ended(0)
		: clock_now_us() < engine->release_us)
		return;
	engine->released = true;
	for (client = TAILQ_FIRST(&engine->clients); client != NULL;
	     client = next) {
		next = TAILQ_NEXT(client, entry);
		wrote = client->wants_write;
		client_release(client);
		engine_moved(engine, client, CLIENT_HELD, wrote);
	}
}

/* Ignores all bytes of standard input; only its end counts. */
static bool
engine_input_ended(int wait_ms)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char data[4096];

	return poll(&input, 1, wait_ms) == 1 &&
	    read(STDIN_FILENO, data, sizeof(data)) <= 0;
}

/* Connections that are left when the time is over have failed. */
static void
engine_give_up(struct engine *engine)
{
	struct report *report = engine->world->report;
	struct client *client;
	struct job *job;

	while ((client = TAILQ_FIRST(&engine->clients)) != NULL) {
		client_give_up(client);
		TAILQ_REMOVE(&engine->clients, client, entry);
		job = client->job;
		if (job != NULL && client->ok &&
		    (job->resuming || engine->settings->resume == RESUME_NONE))
			engine_count(engine, job, true);
		else if (job != NULL)
			TAILQ_INSERT_TAIL(&engine->waiting, job, entry);
		client_free(client);
	}
	while ((job = TAILQ_FIRST(&engine->waiting)) != NULL) {
		TAILQ_REMOVE(&engine->waiting, job, entry);
		engine_count(engine, job, false);
	}
	while ((job = TAILQ_FIRST(&engine->idle)) != NULL) {
		TAILQ_REMOVE(&engine->idle, job, entry);
		SSL_SESSION_free(job->session);
		free(job);
	}
	if (engine->settings->duration_s == 0)
		report->failed += engine->settings->connections - engine->made;
}
