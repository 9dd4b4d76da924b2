/*
 * An engine for tests whose RSA signatures take SLOW_ENGINE_MS milliseconds, by
 * default 50. In a job of libssl the engine pauses the job meanwhile, with a
 * descriptor that becomes readable at the end, or without one if
 * SLOW_ENGINE_BLIND is set. Outside a job the process sleeps. If a job with a
 * descriptor is resumed too early, the engine prints this on standard error.
 * With SLOW_ENGINE_KEEPS the descriptor stays registered, as in OpenSSL's own
 * engine for tests.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <sys/timerfd.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/async.h>
#include <openssl/engine.h>
#include <openssl/rsa.h>

#define SLOW_MS "50"

static const char slow_key; /* its address identifies our descriptor */

static int slow_bind(ENGINE *, const char *);
static int slow_destroy(ENGINE *);
static int slow_sign(int, const unsigned char *, unsigned char *, RSA *, int);
static void slow_wait(void);
static void slow_pause(ASYNC_JOB *, int);
static void slow_forget(ASYNC_WAIT_CTX *, const void *, OSSL_ASYNC_FD, void *);
static int slow_is_due(int);

IMPLEMENT_DYNAMIC_BIND_FN(slow_bind)
IMPLEMENT_DYNAMIC_CHECK_FN()

static int
slow_bind(ENGINE *engine, const char *id)
{
	RSA_METHOD *method = RSA_meth_dup(RSA_PKCS1_OpenSSL());

	(void)id;
	return method != NULL && RSA_meth_set_priv_enc(method, slow_sign) &&
	    ENGINE_set_id(engine, "slow") &&
	    ENGINE_set_name(engine, "slow engine for tests") &&
	    ENGINE_set_RSA(engine, method) &&
	    ENGINE_set_destroy_function(engine, slow_destroy);
}

/* libcrypto frees the engine, not its method. */
static int
slow_destroy(ENGINE *engine)
{
	RSA_meth_free((RSA_METHOD *)(uintptr_t)ENGINE_get_RSA(engine));
	return 1;
}

static int
slow_sign(int size, const unsigned char *from, unsigned char *to, RSA *rsa,
    int padding)
{
	slow_wait();
	return RSA_meth_get_priv_enc(RSA_PKCS1_OpenSSL())(
	    size, from, to, rsa, padding);
}

static void
slow_wait(void)
{
	const char *setting = getenv("SLOW_ENGINE_MS");
	long ms = strtol(setting != NULL ? setting : SLOW_MS, NULL, 10);
	struct itimerspec when = { .it_value = { .tv_sec = ms / 1000,
				       .tv_nsec = ms % 1000 * 1000000L } };
	ASYNC_JOB *job = ASYNC_get_current_job();
	int fd;

	if (job == NULL) {
		nanosleep(&when.it_value, NULL);
		return;
	}
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd == -1 || timerfd_settime(fd, 0, &when, NULL) == -1)
		abort();
	slow_pause(job, fd);
}

static void
slow_pause(ASYNC_JOB *job, int fd)
{
	ASYNC_WAIT_CTX *wait = ASYNC_get_wait_ctx(job);
	int blind = getenv("SLOW_ENGINE_BLIND") != NULL;

	if (!blind &&
	    !ASYNC_WAIT_CTX_set_wait_fd(wait, &slow_key, fd, NULL, slow_forget))
		abort();
	for (;;) {
		ASYNC_pause_job();
		if (slow_is_due(fd))
			break;
		if (!blind)
			fprintf(stderr, "slow engine: asked too early\n");
	}
	if (getenv("SLOW_ENGINE_KEEPS") != NULL)
		return;
	if (!blind)
		ASYNC_WAIT_CTX_clear_fd(wait, &slow_key);
	close(fd);
}

/* Called when the job is given up. */
static void
slow_forget(ASYNC_WAIT_CTX *wait, const void *key, OSSL_ASYNC_FD fd, void *arg)
{
	(void)wait;
	(void)key;
	(void)arg;
	close(fd);
}

static int
slow_is_due(int fd)
{
	uint64_t times;

	return read(fd, &times, sizeof(times)) == sizeof(times);
}
