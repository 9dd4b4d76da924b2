#include <stdlib.h>

#include <openssl/async.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/services.h"
#include "config/config.h"
#include "foundation/log.h"
#include "waiting/async.h"

/*
 * Try again after so long if the engine has no descriptors, or if there is no
 * room for a job.
 */
#define ASYNC_LOOK_MS 10

static void async_watch(struct async *);
static void async_unwatch(struct async *);
static void async_on_event(void *, uint32_t);

void
async_prepare(struct async *async, SSL *ssl, const struct services *services,
    struct loop_task *wake)
{
	async->services = services;
	async->ssl = ssl;
	waiter_init(&async->waiter, services->loop, wake);
}

void
async_free(struct async *async)
{
	async_unwatch(async);
	free(async->buffer);
}

/*
 * Do not watch descriptors then: an engine may have left some that never become
 * readable.
 */
bool
async_pause(struct async *async)
{
	bool paused;

	async->looks = true;
	paused = ASYNC_pause_job() == 1;
	async->looks = false;
	return paused;
}

/* The engine may close its descriptors in the job, so stop watching them. */
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
	waiter_begin(&async->waiter);
	if (async->paused && !async->looks)
		async_watch(async);
	if (async->count == 0)
		waiter_look_in(&async->waiter, ASYNC_LOOK_MS);
}

bool
async_finish(struct async *async)
{
	SSL *ssl = async->ssl;
	int result;

	if (!async->paused)
		return true;
	if (async->waiter.waits)
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
	if (config_uses_jobs(async->services->config))
		SSL_set_mode(async->ssl, SSL_MODE_ASYNC);
}

void
async_end(struct async *async)
{
	SSL_clear_mode(async->ssl, SSL_MODE_ASYNC);
}

uint8_t *
async_buffer(struct async *async, uint8_t *local, size_t size)
{
	if ((SSL_get_mode(async->ssl) & SSL_MODE_ASYNC) == 0)
		return local;
	if (async->buffer == NULL && (async->buffer = malloc(size)) == NULL)
		fatalx("out of memory");
	return async->buffer;
}

/* If nothing can be watched, the timer of async_wait calls the job again. */
static void
async_watch(struct async *async)
{
	SSL *ssl = async->ssl;
	struct loop *loop = async->services->loop;
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
	struct loop *loop = async->services->loop;

	while (async->count > 0)
		loop_remove(loop, &async->events[--async->count]);
	free(async->events);
	async->events = NULL;
	waiter_stop(&async->waiter);
}

static void
async_on_event(void *arg, uint32_t events)
{
	struct async *async = arg;

	(void)events;
	async_unwatch(async);
	waiter_wake(&async->waiter);
}
