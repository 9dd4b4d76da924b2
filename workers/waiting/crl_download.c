#include <openssl/async.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "config/config.h"
#include "connection/connection_state.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "shared/peer_network.h"
#include "tls/crl_point.h"
#include "tls/tls_context.h"
#include "waiting/crl_cache.h"
#include "waiting/crl_download.h"
#include "waiting/fetching.h"
#include "worker.h"

static void crl_download_install_in(SSL_CTX *);
static STACK_OF(X509_CRL) *
crl_download_look(const X509_STORE_CTX *, const X509_NAME *);
static struct connection *crl_download_connection(const X509_STORE_CTX *);
static bool crl_download_is_genuine(const X509_STORE_CTX *);
static bool crl_download_is_issued(X509 *, X509 *);
static X509 *crl_download_issuer(const X509_STORE_CTX *);
static X509_CRL *crl_download_get(struct connection *, X509 *, int, X509 *);
static bool crl_download_wait(
    struct connection *, const struct textbuf *, struct fetch_answer *);
static bool crl_download_may_wait(const struct connection *, int64_t);
static X509_CRL *crl_download_read(
    struct connection *, const struct textbuf *, struct fetch_answer *);

void
crl_download_install(const struct tls_context *tls)
{
	if (!tls->config->crl_download)
		return;
	crl_download_install_in(tls->ctx);
	if (tls->ctx2 != NULL)
		crl_download_install_in(tls->ctx2);
}

static void
crl_download_install_in(SSL_CTX *ctx)
{
	X509_STORE *store = NULL;

	if (SSL_CTX_get0_verify_cert_store(ctx, &store) == 1 && store != NULL)
		X509_STORE_set_lookup_crls(store, crl_download_look);
}

/* An X509_STORE_CTX_lookup_crls_fn. */
static STACK_OF(X509_CRL) *
crl_download_look(const X509_STORE_CTX *store, const X509_NAME *name)
{
	struct connection *connection = crl_download_connection(store);
	X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	X509 *issuer = crl_download_issuer(store);
	STACK_OF(X509_CRL) *crls;
	X509_CRL *crl;

	(void)name;
	if (!crl_download_is_genuine(store))
		return NULL;
	crl = crl_download_get(
	    connection, certificate, NID_crl_distribution_points, issuer);
	if (crl == NULL)
		return NULL;
	if ((crls = sk_X509_CRL_new_null()) == NULL ||
	    sk_X509_CRL_push(crls, crl) == 0)
		fatalx("out of memory");
	crl =
	    crl_download_get(connection, certificate, NID_freshest_crl, issuer);
	if (crl != NULL && sk_X509_CRL_push(crls, crl) == 0)
		fatalx("out of memory");
	return crls;
}

/* Who has issued a list is verified in a context of its own. */
static struct connection *
crl_download_connection(const X509_STORE_CTX *store)
{
	const X509_STORE_CTX *parent;

	while ((parent = X509_STORE_CTX_get0_parent_ctx(store)) != NULL)
		store = parent;
	return SSL_get_app_data(X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx()));
}

/*
 * Is the certificate, link by link, from one that the user trusts? libssl looks
 * for lists before it verifies signatures, and goes on where a chain is bad but
 * forgiven: a client could have us ask whomever it likes.
 */
static bool
crl_download_is_genuine(const X509_STORE_CTX *store)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
	int anchor = X509_STORE_CTX_get_num_untrusted(store);
	int depth = X509_STORE_CTX_get_error_depth(store), i;

	if (anchor >= sk_X509_num(chain))
		return false;
	/* From the trusted end: a long chain of a client's own costs nothing.
	 */
	for (i = anchor - 1; i >= depth; i--)
		if (!crl_download_is_issued(
			sk_X509_value(chain, i), sk_X509_value(chain, i + 1)))
			return false;
	return true;
}

static bool
crl_download_is_issued(X509 *certificate, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	bool is_issued;

	ERR_set_mark();
	is_issued = key != NULL && X509_check_ca(issuer) != 0 &&
	    X509_verify(certificate, key) == 1;
	ERR_pop_to_mark();
	return is_issued;
}

static X509 *
crl_download_issuer(const X509_STORE_CTX *store)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
	int depth = X509_STORE_CTX_get_error_depth(store);

	/* Who issued himself stands at the end. */
	if (depth + 1 < sk_X509_num(chain))
		depth++;
	return sk_X509_value(chain, depth);
}

/* NULL: none, and it has been said why unless nobody has promised any. */
static X509_CRL *
crl_download_get(struct connection *connection, X509 *certificate,
    int extension, X509 *issuer)
{
	struct fetch_answer answer = { .good = false };
	struct textbuf request;
	X509_CRL *crl = NULL;

	textbuf_init(&request);
	if (crl_point_request(certificate, extension, issuer, &request)) {
		if (crl_download_wait(connection, &request, &answer))
			crl = crl_download_read(connection, &request, &answer);
		if (crl == NULL)
			text_printf(TEXT_ERR,
			    "Unable to load CRL via CDP\n%.*s",
			    answer.good ? 0 : (int)answer.size, answer.data);
		fetch_answer_free(&answer);
	}
	textbuf_free(&request);
	return crl;
}

/* True: there is an answer. */
static bool
crl_download_wait(struct connection *connection, const struct textbuf *request,
    struct fetch_answer *answer)
{
	int64_t since_ms = monotime_ms();
	enum fetch_verdict verdict;

	for (;;) {
		answer->stamp =
		    crl_cache_stamp(&connection->worker->crls, request);
		verdict = fetching_ask(connection->worker, request,
		    peer_network(&connection->peer), since_ms, answer);
		if (verdict != FETCH_PENDING)
			break;
		if (!crl_download_may_wait(connection, since_ms) ||
		    !async_pause(&connection->async))
			return false;
	}
	return verdict == FETCH_ANSWERED;
}

/* Who is leaving does not wait, nor who is in no job. */
static bool
crl_download_may_wait(const struct connection *connection, int64_t since_ms)
{
	return ASYNC_get_current_job() != NULL &&
	    connection->state < CONNECTION_SHUTDOWN &&
	    monotime_ms() <
	    fetching_until_ms(connection_config(connection), since_ms);
}

static X509_CRL *
crl_download_read(struct connection *connection, const struct textbuf *request,
    struct fetch_answer *answer)
{
	const struct config *config = connection_config(connection);
	struct crl_cache *cache = &connection->worker->crls;
	int64_t since_ms = monotime_ms();
	X509_CRL *crl = NULL;

	if (!answer->good)
		return NULL;
	if (answer->data != NULL)
		crl_cache_put(
		    cache, request, answer, (size_t)config->crl_max_bytes);
	while (crl_cache_get(cache, request, &crl) == CRL_READING)
		if (!crl_download_may_wait(connection, since_ms) ||
		    !async_pause(&connection->async))
			break;
	return crl;
}
