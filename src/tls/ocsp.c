#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "shared/fetch_board.h"
#include "tls/base/tls_error.h"
#include "tls/base/tls_text.h"
#include "tls/ocsp.h"
#include "tls/ocsp_chain.h"
#include "tls/ocsp_file.h"
#include "tls/ocsp_request.h"

/* What a handshake staples, and what is printed of that. */
struct staple {
	SSL *ssl;
	const struct ocsp *ocsp;
	ocsp_find *find; /* of answers of responders */
	void *arg;
	BIO *words;
	struct textbuf errors; /* printed after the words */
};

static int ocsp_read_url(struct ocsp *, const char *);
static int staple_one(struct staple *);
static int staple_each(struct staple *);
static void staple_collect(struct staple *);
static OCSP_RESPONSE *staple_fetched(struct staple *, X509 *);
static void staple_describe(struct staple *);
static enum ocsp_made
staple_query(struct staple *, X509 *, struct fetch_answer *);
static int staple_send(struct staple *, const unsigned char *, size_t);
static void staple_print(BIO *, OCSP_RESPONSE *);

int
ocsp_open(struct ocsp *ocsp, const struct config *config)
{
	const struct strings *names = &config->status_file;
	size_t first = 0;

	memset(ocsp, 0, sizeof(*ocsp));
	ocsp->config = config;
	ocsp->each = ocsp_chain_is_known();
	if (config->status_url != NULL &&
	    ocsp_read_url(ocsp, config->status_url) == -1)
		return -1;
	/* One response is all that the library takes. */
	if (!ocsp->each && names->count > 0)
		first = names->count - 1;
	return ocsp_files_read(
	    &ocsp->files, names->item + first, names->count - first);
}

void
ocsp_close(struct ocsp *ocsp)
{
	OPENSSL_free(ocsp->host);
	OPENSSL_free(ocsp->port);
	OPENSSL_free(ocsp->path);
	ocsp_files_free(&ocsp->files);
	memset(ocsp, 0, sizeof(*ocsp));
}

bool
ocsp_request(SSL *ssl, const struct ocsp *ocsp, X509 *certificate,
    struct textbuf *request)
{
	struct ocsp_draft draft = { .url = NULL };
	bool made;

	ERR_set_mark();
	made = ocsp_draft_make(&draft, ssl, ocsp, certificate, request) ==
	    OCSP_MADE;
	ERR_pop_to_mark();
	ocsp_draft_free(&draft);
	return made;
}

int
ocsp_staple(SSL *ssl, const struct ocsp *ocsp, ocsp_find *find, void *arg)
{
	struct staple staple = { ssl, ocsp, find, arg, BIO_new(BIO_s_mem()),
		{ .data = NULL } };
	struct textbuf lines;
	int result;

	if (staple.words == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	textbuf_init(&staple.errors);
	if (ocsp->config->status_verbose)
		BIO_puts(staple.words, "cert_status: callback called\n");
	result = ocsp->each ? staple_each(&staple) : staple_one(&staple);
	textbuf_init(&lines);
	tls_text_move(&lines, staple.words);
	textbuf_append(&lines, staple.errors.data, staple.errors.size);
	if (result != SSL_TLSEXT_ERR_OK)
		tls_error_append(&lines);
	text_write(TEXT_ERR, lines.data, lines.size);
	textbuf_free(&lines);
	textbuf_free(&staple.errors);
	return result;
}

/* A URL without a host is refused; libcrypto would connect to localhost. */
static int
ocsp_read_url(struct ocsp *ocsp, const char *url)
{
	ERR_clear_error();
	if (OSSL_HTTP_parse_url(url, &ocsp->use_tls, NULL, &ocsp->host,
		&ocsp->port, NULL, &ocsp->path, NULL, NULL) == 1 &&
	    *ocsp->host != '\0')
		return 0;
	ERR_clear_error();
	text_printf(TEXT_ERR, "Error parsing -status_url argument\n");
	/* The URL may contain a password. */
	log_warnx("-status_url: not the URL of a responder");
	return -1;
}

/* Up to OpenSSL 3.5: a response about the certificate of the server. */
static int
staple_one(struct staple *staple)
{
	const struct ocsp_files *files = &staple->ocsp->files;
	struct fetch_answer answer = { .good = false };
	int result = SSL_TLSEXT_ERR_NOACK;

	if (files->count > 0)
		return staple_send(
		    staple, files->item[0].der, (size_t)files->item[0].size);
	switch (
	    staple_query(staple, SSL_get_certificate(staple->ssl), &answer)) {
	case OCSP_MADE:
		if (answer.good)
			result = staple_send(staple, answer.data, answer.size);
		break;
	case OCSP_BROKEN:
		result = SSL_TLSEXT_ERR_ALERT_FATAL;
		break;
	case OCSP_NOBODY:
		break;
	}
	fetch_answer_free(&answer);
	return result;
}

/*
 * From OpenSSL 3.6 on: a response about each certificate, as far as there are
 * any. The handshake goes on in any case.
 */
static int
staple_each(struct staple *staple)
{
	/* In a renegotiation the old ones are sent again. */
	if (ocsp_chain_given(staple->ssl) == 0)
		staple_collect(staple);
	if (staple->ocsp->config->status_verbose)
		staple_describe(staple);
	return SSL_TLSEXT_ERR_OK;
}

static void
staple_collect(struct staple *staple)
{
	const struct ocsp_files *files = &staple->ocsp->files;
	int count = ocsp_chain_count(staple->ssl, staple->ocsp), i;
	OCSP_RESPONSE **responses =
	    calloc((size_t)count, sizeof(OCSP_RESPONSE *));

	if (responses == NULL)
		fatalx("out of memory");
	if (files->count > 0)
		ocsp_files_choose(files, staple->ssl, responses, count);
	else
		for (i = 0; i < count; i++)
			responses[i] = staple_fetched(
			    staple, ocsp_chain_certificate(staple->ssl, i));
	ocsp_chain_give(staple->ssl, responses, count);
	free(responses);
}

/* Returns the response of a responder, or NULL (reported). */
static OCSP_RESPONSE *
staple_fetched(struct staple *staple, X509 *certificate)
{
	struct fetch_answer answer = { .good = false };
	OCSP_RESPONSE *response = NULL;
	const unsigned char *der;

	staple_query(staple, certificate, &answer);
	der = answer.data;
	if (answer.good)
		response = d2i_OCSP_RESPONSE(NULL, &der, (long)answer.size);
	tls_error_append(&staple->errors);
	fetch_answer_free(&answer);
	return response;
}

static void
staple_describe(struct staple *staple)
{
	int count = ocsp_chain_given(staple->ssl), i;
	OCSP_RESPONSE *response;

	BIO_printf(staple->words,
	    "cert_status: ocsp response sent:\n"
	    "cert_status: number of responses: %d\n",
	    count);
	for (i = 0; i < count; i++)
		if ((response = ocsp_chain_response(staple->ssl, i)) != NULL)
			staple_print(staple->words, response);
		else
			BIO_printf(staple->words,
			    "cert_status: no ocsp response for certificate "
			    "with index %d\n",
			    i);
}

/* Sets the answer, which the caller frees, and says what is missing. */
static enum ocsp_made
staple_query(
    struct staple *staple, X509 *certificate, struct fetch_answer *answer)
{
	struct ocsp_draft draft = { .url = NULL };
	struct textbuf request;
	enum ocsp_made made;

	textbuf_init(&request);
	made = ocsp_draft_make(
	    &draft, staple->ssl, staple->ocsp, certificate, &request);
	if (draft.url != NULL && staple->ocsp->config->status_verbose)
		BIO_printf(
		    staple->words, "cert_status: AIA URL: %s\n", draft.url);
	if (draft.trouble != NULL)
		BIO_printf(staple->words, "cert_status: %s\n", draft.trouble);
	if (made == OCSP_MADE &&
	    (!staple->find(&request, answer, staple->arg) || !answer->good)) {
		BIO_puts(staple->words,
		    "Error querying OCSP responder\n"
		    "cert_status: error querying responder\n");
		/* The stock program has the fetcher's errors in its queue. */
		if (answer->size > 0)
			escape_block(
			    &staple->errors, answer->data, answer->size);
	}
	textbuf_free(&request);
	ocsp_draft_free(&draft);
	return made;
}

static int
staple_send(struct staple *staple, const unsigned char *der, size_t size)
{
	const unsigned char *begin = der;
	OCSP_RESPONSE *response;
	unsigned char *copy;

	if ((copy = OPENSSL_memdup(der, size)) == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	SSL_set_tlsext_status_ocsp_resp(staple->ssl, copy, (long)size);
	if (!staple->ocsp->config->status_verbose)
		return SSL_TLSEXT_ERR_OK;
	BIO_puts(staple->words, "cert_status: ocsp response sent:\n");
	response = d2i_OCSP_RESPONSE(NULL, &begin, (long)size);
	if (response != NULL)
		staple_print(staple->words, response);
	OCSP_RESPONSE_free(response);
	return SSL_TLSEXT_ERR_OK;
}

static void
staple_print(BIO *words, OCSP_RESPONSE *response)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct textbuf text;

	if (bio == NULL)
		return;
	OCSP_RESPONSE_print(bio, response, 2);
	textbuf_init(&text);
	tls_text_quote(&text, bio);
	BIO_write(words, text.data, (int)text.size);
	textbuf_free(&text);
}
