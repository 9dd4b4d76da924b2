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
#include "tls/ocsp_chain.h"
#include "tls/tls_context.h"
#include "waiting/fetching.h"
#include "waiting/waiting.h"

/* Look so often: news of an answer is lost if a process is killed. */
#define STATUS_LOOK_MS 100

/* A request about one certificate. */
struct status_request {
	struct textbuf bytes;
	struct fetch_answer answer; /* what has come */
	bool answered;
};

/* The requests of a connection whose client asks for a status. */
struct status {
	TAILQ_ENTRY(status) entry;
	const struct services *services;
	struct waiter waiter;
	bool waits; /* in the worker's list of statuses */
	struct status_request *request; /* owned */
	size_t requests;
	int64_t since_ms; /* when the requests were made */
};

static enum certificate_choice status_choose(SSL *, void *);
static struct status *status_new(const struct stapling *);
static bool status_look(const struct status *, struct status_request *);
static bool status_wanted(SSL *);
static void status_ask(SSL *, const struct ocsp *, struct status *);
static void status_ask_current(SSL *, const struct ocsp *, struct status *);
static void status_add(struct status *, const struct textbuf *);
static const struct status_request *
status_find_request(const struct status *, const struct textbuf *);
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
		    tls->config->status_file.count == 0 &&
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
		status->requests--;
		textbuf_free(&status->request[status->requests].bytes);
		fetch_answer_free(&status->request[status->requests].answer);
	}
	free(status->request);
	free(status);
	stapling->status = NULL;
}

bool
stapling_pending(struct stapling *stapling)
{
	struct status *status = stapling->status;
	bool pending = false;
	size_t i;

	if (status == NULL)
		return false;
	for (i = 0; i < status->requests; i++)
		if (status_look(status, &status->request[i]))
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
status_look(const struct status *status, struct status_request *request)
{
	enum fetch_verdict verdict;

	if (request->answered)
		return false;
	verdict = fetching_ask(status->services, &request->bytes, 0,
	    status->since_ms, &request->answer);
	/* Keep it: it may soon be gone from the board. */
	request->answered = verdict == FETCH_ANSWERED;
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

	for (; more == 1; more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT))
		status_ask_current(ssl, ocsp, status);
	if (current != NULL)
		SSL_select_current_cert(ssl, current);
	status->since_ms = monotime_ms();
	status->waiter.until_ms =
	    fetching_until_ms(ocsp->config, status->since_ms);
}

/* About the current certificate, and about its chain if that is wanted. */
static void
status_ask_current(SSL *ssl, const struct ocsp *ocsp, struct status *status)
{
	int count = ocsp_chain_count(ssl, ocsp), i;
	struct textbuf bytes;

	for (i = 0; i < count; i++) {
		textbuf_init(&bytes);
		if (!ocsp_request(
			ssl, ocsp, ocsp_chain_certificate(ssl, i), &bytes) ||
		    status_find_request(status, &bytes) != NULL)
			textbuf_free(&bytes);
		else
			status_add(status, &bytes);
	}
}

/* Takes the bytes over. */
static void
status_add(struct status *status, const struct textbuf *bytes)
{
	size_t size = (status->requests + 1) * sizeof(*status->request);
	struct status_request *grown = realloc(status->request, size);

	if (grown == NULL)
		fatalx("out of memory");
	grown[status->requests] = (struct status_request){ .bytes = *bytes };
	status->request = grown;
	status->requests++;
}

/* Two certificates of one authority share its chain and these requests. */
static const struct status_request *
status_find_request(const struct status *status, const struct textbuf *bytes)
{
	size_t i;

	for (i = 0; i < status->requests; i++)
		if (status->request[i].bytes.size == bytes->size &&
		    memcmp(status->request[i].bytes.data, bytes->data,
			bytes->size) == 0)
			return &status->request[i];
	return NULL;
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
	const struct status_request *found = NULL;

	if (status != NULL)
		found = status_find_request(status, request);
	if (found == NULL || !found->answered)
		return false;
	fetch_answer_copy(answer, &found->answer);
	return true;
}
