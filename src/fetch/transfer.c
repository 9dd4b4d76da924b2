#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "config/config.h"
#include "fetch/name_lookup.h"
#include "fetch/transfer.h"
#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "tls/base/tls_error.h"

/* How long a failure or a bad answer is shared. */
#define FETCH_BAD_MS 1000
/* The same for an answer without nextUpdate (RFC 6960, section 2.4). */
#define FETCH_UNDATED_MS 10000
/* The difference of clocks that is allowed, as in "openssl ocsp". */
#define FETCH_SKEW_S (5 * 60)
/* The greatest size of an HTTP header line, and of one read. */
#define FETCH_LINE_MAX (16 * 1024)
#define FETCH_DAY_MS   (24 * 60 * 60 * INT64_C(1000))

struct fetch_peer {
	SSL_CTX *ctx;
	const char *host;
};

static int64_t fetch_ocsp(const struct fetch_request *, const struct config *,
    size_t, struct fetch_answer *);
static OCSP_RESPONSE *
fetch_response(const struct fetch_request *, const struct config *);
static BIO *fetch_tls(BIO *, void *, int, int);
static int64_t
fetch_ocsp_valid_ms(const struct fetch_request *, OCSP_RESPONSE *);
static int64_t fetch_basic_valid_ms(OCSP_BASICRESP *, OCSP_REQUEST *, X509 *);
static bool fetch_is_signed(OCSP_BASICRESP *, X509 *);
static int64_t fetch_crl(const struct fetch_request *, const struct config *,
    size_t, struct fetch_answer *);
static X509_CRL *fetch_load_crl(const char *, const struct config *, size_t);
static void fetch_warn_large(const struct fetch_request *, size_t);
static bool fetch_is_of(X509_CRL *, const struct fetch_request *);
static int64_t fetch_valid_ms(const ASN1_TIME *);
static void fetch_keep(struct fetch_answer *, unsigned char *, int, size_t);

int64_t
transfer_perform(const struct fetch_request *request,
    const struct config *config, size_t size_max, struct fetch_answer *answer)
{
	struct textbuf lines;
	int64_t valid_ms;

	memset(answer, 0, sizeof(*answer));
	if (request->kind == FETCH_NAMES)
		return name_lookup(request, answer);
	ERR_clear_error();
	valid_ms = request->kind == FETCH_OCSP
	    ? fetch_ocsp(request, config, size_max, answer)
	    : fetch_crl(request, config, size_max, answer);
	if (answer->good)
		return valid_ms;
	textbuf_init(&lines);
	tls_error_append(&lines);
	answer->data = (uint8_t *)lines.data;
	answer->size = lines.size;
	return FETCH_BAD_MS;
}

static int64_t
fetch_ocsp(const struct fetch_request *request, const struct config *config,
    size_t size_max, struct fetch_answer *answer)
{
	OCSP_RESPONSE *response = fetch_response(request, config);
	unsigned char *der = NULL;
	int64_t valid_ms;
	int size;

	if (response == NULL)
		return 0;
	size = i2d_OCSP_RESPONSE(response, &der);
	fetch_keep(answer, der, size, size_max);
	valid_ms = fetch_ocsp_valid_ms(request, response);
	ERR_clear_error();
	OCSP_RESPONSE_free(response);
	return request->once ? 0 : valid_ms;
}

/* Returns NULL with the reason in the error queue. */
static OCSP_RESPONSE *
fetch_response(const struct fetch_request *request, const struct config *config)
{
	struct fetch_peer peer = { NULL, request->host };
	OCSP_RESPONSE *response = NULL;
	BIO *body, *got;

	if (request->use_tls &&
	    (peer.ctx = SSL_CTX_new(TLS_client_method())) == NULL)
		return NULL;
	body = BIO_new_mem_buf(request->body, (int)request->body_size);
	got = OSSL_HTTP_transfer(NULL, request->host, request->port,
	    request->path, request->use_tls, config->proxy, config->no_proxy,
	    NULL, NULL, fetch_tls, &peer, 0, NULL, "application/ocsp-request",
	    body, "application/ocsp-response", 1,
	    OSSL_HTTP_DEFAULT_MAX_RESP_LEN, config->status_timeout_s, 0);
	if (got != NULL)
		response = d2i_OCSP_RESPONSE_bio(got, NULL);
	BIO_free(got);
	BIO_free(body);
	SSL_CTX_free(peer.ctx);
	return response;
}

/* An OSSL_HTTP_bio_cb_t. As in stock, the certificate is not checked. */
static BIO *
fetch_tls(BIO *bio, void *arg, int connected, int use_tls)
{
	const struct fetch_peer *peer = arg;
	BIO *tls;
	SSL *ssl;

	if (!connected || !use_tls)
		return bio;
	if ((ssl = SSL_new(peer->ctx)) == NULL)
		return NULL;
	SSL_set_tlsext_host_name(ssl, peer->host);
	SSL_set_connect_state(ssl);
	if ((tls = BIO_new(BIO_f_ssl())) == NULL) {
		SSL_free(ssl);
		return NULL;
	}
	BIO_set_ssl(tls, ssl, BIO_CLOSE);
	return BIO_push(tls, bio);
}

/*
 * Every response is stapled, as in the stock program. But a response is kept
 * only if it is about this certificate and signed by the issuer, or by a
 * responder that the issuer has authorised.
 */
static int64_t
fetch_ocsp_valid_ms(
    const struct fetch_request *request, OCSP_RESPONSE *response)
{
	const unsigned char *body = request->body, *issuer = request->issuer;
	OCSP_BASICRESP *basic = NULL;
	OCSP_REQUEST *asked;
	X509 *signer;
	int64_t valid_ms = FETCH_BAD_MS;

	asked = d2i_OCSP_REQUEST(NULL, &body, (long)request->body_size);
	signer = d2i_X509(NULL, &issuer, (long)request->issuer_size);
	if (asked != NULL && signer != NULL &&
	    OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL &&
	    (basic = OCSP_response_get1_basic(response)) != NULL)
		valid_ms = fetch_basic_valid_ms(basic, asked, signer);
	OCSP_BASICRESP_free(basic);
	X509_free(signer);
	OCSP_REQUEST_free(asked);
	return valid_ms;
}

static int64_t
fetch_basic_valid_ms(OCSP_BASICRESP *basic, OCSP_REQUEST *asked, X509 *signer)
{
	OCSP_CERTID *id =
	    OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked, 0));
	ASN1_GENERALIZEDTIME *this_update, *next_update = NULL;
	int status, reason;

	if (OCSP_resp_find_status(basic, id, &status, &reason, NULL,
		&this_update, &next_update) != 1 ||
	    OCSP_check_validity(this_update, next_update, FETCH_SKEW_S, -1) !=
		1 ||
	    !fetch_is_signed(basic, signer))
		return FETCH_BAD_MS;
	return next_update == NULL ? FETCH_UNDATED_MS
				   : fetch_valid_ms(next_update);
}

static bool
fetch_is_signed(OCSP_BASICRESP *basic, X509 *issuer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *signers = sk_X509_new_null();
	bool is_signed;

	is_signed = store != NULL && signers != NULL &&
	    sk_X509_push(signers, issuer) > 0 &&
	    X509_STORE_add_cert(store, issuer) == 1 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    OCSP_basic_verify(basic, signers, store, 0) == 1;
	sk_X509_free(signers);
	X509_STORE_free(store);
	return is_signed;
}

/* A CRL that the issuer has not signed is not kept, either. */
static int64_t
fetch_crl(const struct fetch_request *request, const struct config *config,
    size_t size_max, struct fetch_answer *answer)
{
	X509_CRL *crl = fetch_load_crl(request->host, config, size_max);
	unsigned char *der = NULL;
	const ASN1_TIME *next_update;
	int64_t valid_ms = FETCH_BAD_MS;
	int size;

	if (crl == NULL)
		return 0;
	size = i2d_X509_CRL(crl, &der);
	fetch_keep(answer, der, size, size_max);
	if (!answer->good)
		fetch_warn_large(request, size_max);
	if (fetch_is_of(crl, request)) {
		next_update = X509_CRL_get0_nextUpdate(crl);
		valid_ms = next_update == NULL ? FETCH_UNDATED_MS
					       : fetch_valid_ms(next_update);
	}
	ERR_clear_error();
	X509_CRL_free(crl);
	return valid_ms;
}

/* As X509_CRL_load_http(3), which reads at most 100 KiB. */
static X509_CRL *
fetch_load_crl(const char *url, const struct config *config, size_t size_max)
{
	BIO *got = OSSL_HTTP_get(url, NULL, NULL, NULL, NULL, NULL, NULL,
	    FETCH_LINE_MAX, NULL, NULL, 1, size_max,
	    config_fetch_limit_ms(config) / 1000);
	X509_CRL *crl =
	    (X509_CRL *)ASN1_item_d2i_bio(ASN1_ITEM_rptr(X509_CRL), got, NULL);

	BIO_free(got);
	return crl;
}

static void
fetch_warn_large(const struct fetch_request *request, size_t size_max)
{
	struct textbuf escaped;

	textbuf_init(&escaped);
	log_warnx("the CRL of %s is larger than %zu bytes",
	    escape_string(&escaped, request->host), size_max);
	textbuf_free(&escaped);
}

static bool
fetch_is_of(X509_CRL *crl, const struct fetch_request *request)
{
	const unsigned char *der = request->issuer;
	X509 *issuer = d2i_X509(NULL, &der, (long)request->issuer_size);
	bool is_of = issuer != NULL &&
	    X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1;

	X509_free(issuer);
	return is_of;
}

/* An answer that is too old already is fetched again soon. */
static int64_t
fetch_valid_ms(const ASN1_TIME *until)
{
	int days, seconds;
	int64_t left_ms;

	if (ASN1_TIME_diff(&days, &seconds, NULL, until) != 1)
		return FETCH_BAD_MS;
	left_ms = days * FETCH_DAY_MS + seconds * INT64_C(1000);
	return left_ms > FETCH_BAD_MS ? left_ms : FETCH_BAD_MS;
}

/* Copies der, if its size is allowed, and frees it. size -1: there is none. */
static void
fetch_keep(
    struct fetch_answer *answer, unsigned char *der, int size, size_t size_max)
{
	if (size > 0 && (size_t)size <= size_max) {
		if ((answer->data = malloc((size_t)size)) == NULL)
			fatalx("out of memory");
		memcpy(answer->data, der, (size_t)size);
		answer->size = (size_t)size;
		answer->good = true;
	}
	OPENSSL_free(der);
}
