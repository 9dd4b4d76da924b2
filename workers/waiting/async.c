#include <stdlib.h>

#include <openssl/async.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "config/config.h"
#include "connection/connection_state.h"
#include "foundation/log.h"
#include "waiting/async.h"
#include "worker.h"

/* An engine without descriptors, or no room for a job: look again. */
#define ASYNC_LOOK_MS 10

static void async_watch(struct async *);
static void async_unwatch(struct async *);
static void async_on_event(void *, uint32_t);
static void async_on_timer(void *);
static void async_go_on(struct async *);

void
async_init(struct async *async, struct connection *connection)
{
	async->connection = connection;
	async->timer.run = async_on_timer;
	async->timer.arg = async;
}

void
async_free(struct async *async)
{
	async_unwatch(async);
	free(async->buffer);
}

/* An engine may leave descriptors behind that will never say a word. */
bool
async_pause(struct async *async)
{
	bool paused;

	async->looks = true;
	paused = ASYNC_pause_job() == 1;
	async->looks = false;
	return paused;
}

/* The engine may close its descriptors in the job. */
void
async_before(struct async *async)
{
	async_unwatch(async);
	async->paused = false;
}

void
async_wait(struct async *async, int error)
{
	async->paused = error == SSL_ERROR_WANT_ASYNC;
	async->waits = true;
	if (async->paused && !async->looks)
		async_watch(async);
	if (async->count == 0)
		loop_timer_set(&async->connection->worker->loop, &async->timer,
		    ASYNC_LOOK_MS);
}

bool
async_finish(struct async *async)
{
	SSL *ssl = async->connection->ssl;
	int result;

	if (!async->paused)
		return true;
	if (async->waits)
		return false;
	async_before(async);
	result = SSL_do_handshake(ssl);
	if (SSL_get_error(ssl, result) == SSL_ERROR_WANT_ASYNC)
		async_wait(async, SSL_ERROR_WANT_ASYNC);
	ERR_clear_error();
	return !async->paused;
}

void
async_begin(struct async *async)
{
	if (config_uses_jobs(connection_config(async->connection)))
		SSL_set_mode(async->connection->ssl, SSL_MODE_ASYNC);
}

void
async_end(struct async *async)
{
	SSL_clear_mode(async->connection->ssl, SSL_MODE_ASYNC);
}

uint8_t *
async_buffer(struct async *async, uint8_t *local, size_t size)
{
	if ((SSL_get_mode(async->connection->ssl) & SSL_MODE_ASYNC) == 0)
		return local;
	if (async->buffer == NULL && (async->buffer = malloc(size)) == NULL)
		fatalx("out of memory");
	return async->buffer;
}

/* What cannot be watched is looked at by the timer. */
static void
async_watch(struct async *async)
{
	SSL *ssl = async->connection->ssl;
	struct loop *loop = &async->connection->worker->loop;
	OSSL_ASYNC_FD *fds;
	size_t count = 0, i;

	if (SSL_get_all_async_fds(ssl, NULL, &count) != 1 || count == 0)
		return;
	fds = calloc(count, sizeof(*fds));
	async->events = calloc(count, sizeof(*async->events));
	if (fds == NULL || async->events == NULL)
		fatalx("out of memory");
	SSL_get_all_async_fds(ssl, fds, &count);
	for (i = 0; i < count; i++) {
		async->events[async->count].run = async_on_event;
		async->events[async->count].arg = async;
		if (loop_add(loop, &async->events[async->count], fds[i],
			EPOLLIN) == 0)
			async->count++;
	}
	free(fds);
}

static void
async_unwatch(struct async *async)
{
	struct loop *loop = &async->connection->worker->loop;

	while (async->count > 0)
		loop_remove(loop, &async->events[--async->count]);
	free(async->events);
	async->events = NULL;
	loop_timer_stop(loop, &async->timer);
	async->waits = false;
}

static void
async_on_event(void *arg, uint32_t events)
{
	(void)events;
	async_go_on(arg);
}

static void
async_on_timer(void *arg)
{
	async_go_on(arg);
}

static void
async_go_on(struct async *async)
{
	async_unwatch(async);
	connection_run(async->connection);
}
