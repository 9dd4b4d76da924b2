#include "waiting/stapling.h"

#include <stdlib.h>
#include <string.h>

#include "base/services.h"
#include "base/ssl_slot.h"
#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/textbuf.h"
#include "shared/fetch_board.h"
#include "tls/identity/certificate_choice.h"
#include "tls/ocsp.h"
#include "tls/tls_context.h"
#include "waiting/fetching.h"
#include "waiting/waiting.h"

/* The most certificates, of different kinds, that a connection can have. */
#define STATUS_REQUESTS 9
/* Look so often: news of an answer is lost if a process is killed. */
#define STATUS_LOOK_MS 100

/* The requests of a connection whose client asks for a status. */
struct status {
	TAILQ_ENTRY(status) entry;
	const struct services *services;
	struct waiter waiter;
	bool waits; /* in the worker's list of statuses */
	struct textbuf request[STATUS_REQUESTS];
	struct fetch_answer answer[STATUS_REQUESTS]; /* what has come */
	bool answered[STATUS_REQUESTS];
	unsigned requests;
	int64_t since_ms; /* when the requests were made */
};

static enum certificate_choice status_choose(SSL *, void *);
static struct status *status_new(const struct stapling *);
static bool status_look(struct status *, unsigned);
static bool status_wanted(SSL *);
static void status_ask(SSL *, const struct ocsp *, struct status *);
static void status_wait(struct status *);
static void status_stop(struct status *);
static int status_staple(SSL *, void *);
static bool status_find(const struct textbuf *, struct fetch_answer *, void *);

static int stapling_slot = -1; /* of a struct stapling */

int
stapling_install(struct tls_context *tls)
{
	SSL_CTX *ctx[] = { tls->ctx, tls->ctx2 };
	size_t i;

	if (!tls->config->status)
		return 0;
	ssl_slot_open(&stapling_slot);
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
stapling_attach(struct stapling *stapling, SSL *ssl,
    const struct services *services, struct loop_task *wake)
{
	if (!services->config->status)
		return;
	stapling->services = services;
	stapling->wake = wake;
	ssl_slot_set(ssl, stapling_slot, stapling);
}

void
stapling_free(struct stapling *stapling)
{
	struct status *status = stapling->status;

	if (status == NULL)
		return;
	status_stop(status);
	while (status->requests > 0) {
		textbuf_free(&status->request[--status->requests]);
		fetch_answer_free(&status->answer[status->requests]);
	}
	free(status);
	stapling->status = NULL;
}

bool
stapling_pending(struct stapling *stapling)
{
	struct status *status = stapling->status;
	bool pending = false;
	unsigned i;

	if (status == NULL)
		return false;
	for (i = 0; i < status->requests; i++)
		if (status_look(status, i))
			pending = true;
	pending = pending && !waiter_is_late(&status->waiter);
	if (pending)
		status_wait(status);
	else
		status_stop(status);
	return pending;
}

void
stapling_news(const struct status_list *statuses)
{
	struct status *status;

	TAILQ_FOREACH (status, statuses, entry)
		waiter_wake(&status->waiter);
}

/* A certificate_chooser that only makes libssl wait. */
static enum certificate_choice
status_choose(SSL *ssl, void *ocsp)
{
	struct stapling *stapling = SSL_get_ex_data(ssl, stapling_slot);

	if (stapling->status == NULL || !stapling->status->waits) {
		stapling_free(stapling);
		if (!status_wanted(ssl))
			return CHOICE_MADE;
		stapling->status = status_new(stapling);
		status_ask(ssl, ocsp, stapling->status);
	}
	if (!stapling_pending(stapling))
		return CHOICE_MADE;
	return stapling->cannot_wait ? CHOICE_MADE : CHOICE_WAIT;
}

static struct status *
status_new(const struct stapling *stapling)
{
	struct status *status = calloc(1, sizeof(*status));

	if (status == NULL)
		fatalx("out of memory");
	status->services = stapling->services;
	waiter_init(&status->waiter, stapling->services->loop, stapling->wake);
	return status;
}

/* Returns true if the answer has still to come. */
static bool
status_look(struct status *status, unsigned i)
{
	enum fetch_verdict verdict;

	if (status->answered[i])
		return false;
	verdict = fetching_ask(status->services, &status->request[i], 0,
	    status->since_ms, &status->answer[i]);
	/* Keep it: it may soon be gone from the board. */
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
	status->waiter.until_ms =
	    fetching_until_ms(ocsp->config, status->since_ms);
}

static void
status_wait(struct status *status)
{
	if (!status->waits)
		TAILQ_INSERT_TAIL(
		    &status->services->waiting->statuses, status, entry);
	status->waits = true;
	waiter_look_in(&status->waiter, STATUS_LOOK_MS);
}

static void
status_stop(struct status *status)
{
	if (!status->waits)
		return;
	TAILQ_REMOVE(&status->services->waiting->statuses, status, entry);
	status->waits = false;
	waiter_stop(&status->waiter);
}

/* The callback of SSL_CTX_set_tlsext_status_cb(3). */
static int
status_staple(SSL *ssl, void *ocsp)
{
	const struct stapling *stapling = SSL_get_ex_data(ssl, stapling_slot);

	return ocsp_staple(ssl, ocsp, status_find, stapling->status);
}

/* An ocsp_find. An answer that is not here by now does not come. */
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
