#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "config/config.h"
#include "connection/connection_state.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "tls/identity/certificate_choice.h"
#include "tls/ocsp.h"
#include "tls/tls_context.h"
#include "waiting/fetching.h"
#include "waiting/status.h"
#include "worker.h"

/* Word of an answer may be lost with a process that was killed. */
#define STATUS_LOOK_MS 100

static enum certificate_choice status_choose(SSL *, void *);
static struct status *status_new(struct connection *);
static bool status_look(struct status *, unsigned);
static bool status_wanted(SSL *);
static void status_ask(SSL *, const struct ocsp *, struct status *);
static void status_wait(struct status *);
static void status_stop(struct status *);
static void status_on_timer(void *);
static int status_staple(SSL *, void *);
static bool status_find(const struct textbuf *, struct fetch_answer *, void *);

int
status_install(struct tls_context *tls)
{
	SSL_CTX *ctx[] = { tls->ctx, tls->ctx2 };
	size_t i;

	if (!tls->config->status)
		return 0;
	for (i = 0; i < sizeof(ctx) / sizeof(ctx[0]) && ctx[i] != NULL; i++) {
		SSL_CTX_set_tlsext_status_cb(ctx[i], status_staple);
		SSL_CTX_set_tlsext_status_arg(ctx[i], &tls->ocsp);
		if (config_fetches(tls->config) &&
		    tls->config->status_file == NULL &&
		    certificate_choice_add(
			ctx[i], status_choose, &tls->ocsp, NULL) == -1)
			return -1;
	}
	return 0;
}

void
status_free(struct connection *connection)
{
	struct status *status = connection->status;

	if (status == NULL)
		return;
	status_stop(status);
	while (status->requests > 0) {
		textbuf_free(&status->request[--status->requests]);
		fetch_answer_free(&status->answer[status->requests]);
	}
	free(status);
	connection->status = NULL;
}

bool
status_pending(struct connection *connection)
{
	struct status *status = connection->status;
	bool pending = false;
	unsigned i;

	if (status == NULL)
		return false;
	for (i = 0; i < status->requests; i++)
		if (status_look(status, i))
			pending = true;
	pending = pending && monotime_ms() < status->until_ms;
	if (pending)
		status_wait(status);
	else
		status_stop(status);
	return pending;
}

void
status_news(struct worker *worker)
{
	struct status *status;

	TAILQ_FOREACH (status, &worker->statuses, entry)
		loop_defer(&worker->loop, &status->connection->again);
}

/* A certificate_chooser, which chooses nothing but the time. */
static enum certificate_choice
status_choose(SSL *ssl, void *ocsp)
{
	struct connection *connection = SSL_get_app_data(ssl);

	if (connection->status == NULL || !connection->status->waits) {
		status_free(connection);
		if (!status_wanted(ssl))
			return CHOICE_MADE;
		connection->status = status_new(connection);
		status_ask(ssl, ocsp, connection->status);
	}
	if (!status_pending(connection))
		return CHOICE_MADE;
	/* SSL_stateless would lose what it has read: see stateless.c. */
	return connection->phase == PHASE_COOKIE ? CHOICE_MADE : CHOICE_WAIT;
}

static struct status *
status_new(struct connection *connection)
{
	struct status *status = calloc(1, sizeof(*status));

	if (status == NULL)
		fatalx("out of memory");
	status->connection = connection;
	status->timer.run = status_on_timer;
	status->timer.arg = status;
	return status;
}

/* True: it is still to come. */
static bool
status_look(struct status *status, unsigned i)
{
	enum fetch_verdict verdict;

	if (status->answered[i])
		return false;
	verdict = fetching_ask(status->connection->worker, &status->request[i],
	    0, status->since_ms, &status->answer[i]);
	/* On the board it may be gone soon. */
	status->answered[i] = verdict == FETCH_ANSWERED;
	return verdict == FETCH_PENDING;
}

static bool
status_wanted(SSL *ssl)
{
	return SSL_get_tlsext_status_type(ssl) == TLSEXT_STATUSTYPE_ocsp;
}

static void
status_ask(SSL *ssl, const struct ocsp *ocsp, struct status *status)
{
	X509 *current = SSL_get_certificate(ssl);
	long more = SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST);

	for (; more == 1 && status->requests < STATUS_REQUESTS;
	     more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT))
		if (ocsp_request(ssl, ocsp, SSL_get_certificate(ssl),
			&status->request[status->requests]))
			status->requests++;
	if (current != NULL)
		SSL_select_current_cert(ssl, current);
	status->since_ms = monotime_ms();
	status->until_ms = fetching_until_ms(ocsp->config, status->since_ms);
}

static void
status_wait(struct status *status)
{
	struct worker *worker = status->connection->worker;

	if (!status->waits)
		TAILQ_INSERT_TAIL(&worker->statuses, status, entry);
	status->waits = true;
	loop_timer_set(&worker->loop, &status->timer, STATUS_LOOK_MS);
}

static void
status_stop(struct status *status)
{
	struct worker *worker = status->connection->worker;

	if (!status->waits)
		return;
	TAILQ_REMOVE(&worker->statuses, status, entry);
	status->waits = false;
	loop_timer_stop(&worker->loop, &status->timer);
}

static void
status_on_timer(void *arg)
{
	struct status *status = arg;

	connection_run(status->connection);
}

/* The callback of SSL_CTX_set_tlsext_status_cb(3). */
static int
status_staple(SSL *ssl, void *ocsp)
{
	struct connection *connection = SSL_get_app_data(ssl);

	return ocsp_staple(ssl, ocsp, status_find, connection->status);
}

/* An ocsp_find: by now it is there, or it is not to be had. */
static bool
status_find(
    const struct textbuf *request, struct fetch_answer *answer, void *arg)
{
	const struct status *status = arg;
	unsigned i;

	for (i = 0; status != NULL && i < status->requests; i++)
		if (status->answered[i] &&
		    status->request[i].size == request->size &&
		    memcmp(status->request[i].data, request->data,
			request->size) == 0) {
			fetch_answer_copy(answer, &status->answer[i]);
			return true;
		}
	return false;
}
