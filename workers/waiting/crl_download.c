#include <string.h>

#include <openssl/async.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/services.h"
#include "base/ssl_slot.h"
#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "shared/fetch_request.h"
#include "shared/peer_network.h"
#include "tls/crl_point.h"
#include "tls/tls_context.h"
#include "waiting/async.h"
#include "waiting/crl_download.h"
#include "waiting/fetching.h"
#include "waiting/waiting.h"

static void crl_download_install_in(SSL_CTX *);
static STACK_OF(X509_CRL) *
crl_download_look(const X509_STORE_CTX *, const X509_NAME *);
static struct crl_download *crl_download_of(const X509_STORE_CTX *);
static bool crl_download_is_genuine(const X509_STORE_CTX *);
static bool crl_download_is_issued(X509 *, X509 *);
static X509 *crl_download_issuer(const X509_STORE_CTX *);
static X509_CRL *crl_download_get(struct crl_download *, X509 *, int, X509 *);
static bool crl_download_wait(
    struct crl_download *, const struct textbuf *, struct fetch_answer *);
static void
crl_download_report(const struct textbuf *, const struct fetch_answer *);
static bool crl_download_may_wait(const struct crl_download *, int64_t);
static X509_CRL *crl_download_read(
    struct crl_download *, const struct textbuf *, struct fetch_answer *);

static int crl_download_slot = -1; /* of a struct crl_download */

void
crl_download_install(const struct tls_context *tls)
{
	if (!tls->config->crl_download)
		return;
	ssl_slot_open(&crl_download_slot);
	crl_download_install_in(tls->ctx);
	if (tls->ctx2 != NULL)
		crl_download_install_in(tls->ctx2);
}

void
crl_download_attach(struct crl_download *download, SSL *ssl,
    const struct services *services, struct async *async,
    const struct sockaddr_storage *peer)
{
	if (!services->config->crl_download)
		return;
	*download = (struct crl_download){ services, async, peer, false };
	ssl_slot_set(ssl, crl_download_slot, download);
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
	struct crl_download *download = crl_download_of(store);
	X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	X509 *issuer = crl_download_issuer(store);
	STACK_OF(X509_CRL) *crls;
	X509_CRL *crl;

	(void)name;
	if (!crl_download_is_genuine(store))
		return NULL;
	crl = crl_download_get(
	    download, certificate, NID_crl_distribution_points, issuer);
	if (crl == NULL)
		return NULL;
	if ((crls = sk_X509_CRL_new_null()) == NULL ||
	    sk_X509_CRL_push(crls, crl) == 0)
		fatalx("out of memory");
	crl = crl_download_get(download, certificate, NID_freshest_crl, issuer);
	if (crl != NULL && sk_X509_CRL_push(crls, crl) == 0)
		fatalx("out of memory");
	return crls;
}

/* libssl verifies the issuer of a list in a child context. */
static struct crl_download *
crl_download_of(const X509_STORE_CTX *store)
{
	const X509_STORE_CTX *parent;

	while ((parent = X509_STORE_CTX_get0_parent_ctx(store)) != NULL)
		store = parent;
	return SSL_get_ex_data(X509_STORE_CTX_get_ex_data(
				   store, SSL_get_ex_data_X509_STORE_CTX_idx()),
	    crl_download_slot);
}

/*
 * Returns true if the certificate leads, link by link, to one that the user
 * trusts. libssl looks for lists before it verifies signatures, and goes on
 * where a chain is bad but forgiven. Without this check a client could make the
 * server ask any host that the client chooses.
 */
static bool
crl_download_is_genuine(const X509_STORE_CTX *store)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
	int anchor = X509_STORE_CTX_get_num_untrusted(store);
	int depth = X509_STORE_CTX_get_error_depth(store), i;

	if (anchor >= sk_X509_num(chain))
		return false;
	/*
	 * From the trusted end, so that a long chain that a client made up
	 * costs nothing.
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

	/* The last certificate of the chain has issued itself. */
	if (depth + 1 < sk_X509_num(chain))
		depth++;
	return sk_X509_value(chain, depth);
}

/*
 * Returns NULL if there is no list. This is reported, unless the certificate
 * names no place for one.
 */
static X509_CRL *
crl_download_get(struct crl_download *download, X509 *certificate,
    int extension, X509 *issuer)
{
	struct fetch_answer answer = { .good = false };
	struct textbuf request;
	X509_CRL *crl = NULL;

	textbuf_init(&request);
	if (crl_point_request(certificate, extension, issuer, &request)) {
		if (crl_download_wait(download, &request, &answer))
			crl = crl_download_read(download, &request, &answer);
		if (crl == NULL)
			crl_download_report(&request, &answer);
		fetch_answer_free(&answer);
	}
	textbuf_free(&request);
	return crl;
}

/* The answer holds the error stack; the URL is the peer's. */
static void
crl_download_report(
    const struct textbuf *request, const struct fetch_answer *answer)
{
	const char *before = wording(WORDING_CRL_NOT_FETCHED);
	const char *after = wording(WORDING_CRL_NOT_FETCHED_FROM);
	struct fetch_request fetch;
	struct textbuf text;

	textbuf_init(&text);
	if (before != NULL)
		textbuf_printf(&text, "%s\n", before);
	if (!answer->good)
		textbuf_append(&text, answer->data, answer->size);
	if (after != NULL &&
	    fetch_request_decode(&fetch, request->data, request->size)) {
		textbuf_printf(&text, "%s ", after);
		escape_line(&text, fetch.host, strlen(fetch.host));
		textbuf_puts(&text, "\n");
	}
	text_write(TEXT_ERR, text.data, text.size);
	textbuf_free(&text);
}

/* Returns true if there is an answer. */
static bool
crl_download_wait(struct crl_download *download, const struct textbuf *request,
    struct fetch_answer *answer)
{
	int64_t since_ms = monotime_ms();
	enum fetch_verdict verdict;

	for (;;) {
		answer->stamp = crl_cache_stamp(
		    &download->services->waiting->crls, request);
		verdict = fetching_ask(download->services, request,
		    peer_network(download->peer), since_ms, answer);
		if (verdict != FETCH_PENDING)
			break;
		if (!crl_download_may_wait(download, since_ms) ||
		    !async_pause(download->async))
			return false;
	}
	return verdict == FETCH_ANSWERED;
}

/* A connection that ends, or that is in no job, does not wait. */
static bool
crl_download_may_wait(const struct crl_download *download, int64_t since_ms)
{
	return ASYNC_get_current_job() != NULL && !download->leaving &&
	    monotime_ms() <
	    fetching_until_ms(download->services->config, since_ms);
}

static X509_CRL *
crl_download_read(struct crl_download *download, const struct textbuf *request,
    struct fetch_answer *answer)
{
	const struct config *config = download->services->config;
	struct crl_cache *cache = &download->services->waiting->crls;
	int64_t since_ms = monotime_ms();
	X509_CRL *crl = NULL;

	if (!answer->good)
		return NULL;
	if (answer->data != NULL)
		crl_cache_put(
		    cache, request, answer, (size_t)config->crl_max_bytes);
	while (crl_cache_get(cache, request, &crl) == CRL_READING)
		if (!crl_download_may_wait(download, since_ms) ||
		    !async_pause(download->async))
			break;
	return crl;
}
