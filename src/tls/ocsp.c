#include <string.h>

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>

#include "config/config.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "shared/fetch_board.h"
#include "shared/fetch_request.h"
#include "tls/base/tls_error.h"
#include "tls/base/tls_text.h"
#include "tls/ocsp.h"

/* The result of making a request. */
enum ocsp_made {
	OCSP_MADE,
	OCSP_NOBODY, /* no responder or no issuer: the handshake goes on */
	OCSP_BROKEN, /* the handshake ends, as in the stock program */
};

/* A request that is being made. */
struct ocsp_draft {
	struct fetch_request fetch;
	char *url; /* from the certificate; NULL: no usable one; owned */
	char *host, *port, *path; /* the parts of this URL; owned */
	const char *trouble; /* the stock program's message; NULL: none */
};

static int ocsp_read_url(struct ocsp *, const char *);
static int ocsp_read_file(struct ocsp *, const char *);
static enum ocsp_made ocsp_make(
    SSL *, const struct ocsp *, X509 *, struct ocsp_draft *, struct textbuf *);
static bool ocsp_find_url(struct ocsp_draft *, const struct ocsp *, X509 *);
static void ocsp_draft_free(struct ocsp_draft *);
static X509 *ocsp_issuer(SSL *, X509 *);
static OCSP_REQUEST *ocsp_question(SSL *, X509 *, X509 *);
static bool ocsp_add_extensions(SSL *, OCSP_REQUEST *);
static bool
ocsp_encode(struct ocsp_draft *, OCSP_REQUEST *, X509 *, struct textbuf *);
static int ocsp_query(SSL *, const struct ocsp *, ocsp_find *, void *, BIO *);
static int
ocsp_answered(SSL *, const struct ocsp *, const struct fetch_answer *, BIO *);
static int
ocsp_send(SSL *, const struct ocsp *, const unsigned char *, size_t, BIO *);
static void ocsp_print(BIO *, OCSP_RESPONSE *);

int
ocsp_open(struct ocsp *ocsp, const struct config *config)
{
	memset(ocsp, 0, sizeof(*ocsp));
	ocsp->config = config;
	if (config->status_url != NULL &&
	    ocsp_read_url(ocsp, config->status_url) == -1)
		return -1;
	return config->status_file == NULL
	    ? 0
	    : ocsp_read_file(ocsp, config->status_file);
}

void
ocsp_close(struct ocsp *ocsp)
{
	OPENSSL_free(ocsp->host);
	OPENSSL_free(ocsp->port);
	OPENSSL_free(ocsp->path);
	OPENSSL_free(ocsp->file);
	memset(ocsp, 0, sizeof(*ocsp));
}

bool
ocsp_request(SSL *ssl, const struct ocsp *ocsp, X509 *certificate,
    struct textbuf *request)
{
	struct ocsp_draft draft = { .url = NULL };
	bool made;

	ERR_set_mark();
	made = ocsp_make(ssl, ocsp, certificate, &draft, request) == OCSP_MADE;
	ERR_pop_to_mark();
	ocsp_draft_free(&draft);
	return made;
}

int
ocsp_staple(SSL *ssl, const struct ocsp *ocsp, ocsp_find *find, void *arg)
{
	BIO *words = BIO_new(BIO_s_mem());
	struct textbuf lines;
	int result;

	if (words == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	if (ocsp->config->status_verbose)
		BIO_puts(words, "cert_status: callback called\n");
	result = ocsp->file != NULL
	    ? ocsp_send(ssl, ocsp, ocsp->file, (size_t)ocsp->file_size, words)
	    : ocsp_query(ssl, ocsp, find, arg, words);
	textbuf_init(&lines);
	tls_text_move(&lines, words);
	if (result != SSL_TLSEXT_ERR_OK)
		tls_error_append(&lines);
	text_write(TEXT_ERR, lines.data, lines.size);
	textbuf_free(&lines);
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

static int
ocsp_read_file(struct ocsp *ocsp, const char *file)
{
	OCSP_RESPONSE *response = NULL;
	BIO *bio;

	if (file_limit_check(file) == -1)
		return -1;
	ERR_clear_error();
	if ((bio = BIO_new_file(file, "rb")) == NULL) {
		tls_error_say("cert_status: Cannot open OCSP response file");
		log_warnx("-status_file %s: cannot be read", file);
		return -1;
	}
	if ((response = d2i_OCSP_RESPONSE_bio(bio, NULL)) != NULL)
		ocsp->file_size = i2d_OCSP_RESPONSE(response, &ocsp->file);
	OCSP_RESPONSE_free(response);
	BIO_free(bio);
	if (ocsp->file != NULL && ocsp->file_size > 0)
		return 0;
	tls_error_say("cert_status: Error reading OCSP response");
	log_warnx("-status_file %s: not an OCSP response in DER", file);
	return -1;
}

static enum ocsp_made
ocsp_make(SSL *ssl, const struct ocsp *ocsp, X509 *certificate,
    struct ocsp_draft *draft, struct textbuf *request)
{
	OCSP_REQUEST *question;
	X509 *issuer;
	bool made;

	if (!ocsp_find_url(draft, ocsp, certificate)) {
		draft->trouble = "can't parse AIA URL";
		return OCSP_BROKEN;
	}
	if (draft->fetch.host == NULL) {
		draft->trouble = "no AIA and no default responder URL";
		return OCSP_NOBODY;
	}
	if ((issuer = ocsp_issuer(ssl, certificate)) == NULL) {
		draft->trouble = "Can't retrieve issuer certificate.";
		return OCSP_NOBODY;
	}
	question = ocsp_question(ssl, certificate, issuer);
	made =
	    question != NULL && ocsp_encode(draft, question, issuer, request);
	OCSP_REQUEST_free(question);
	X509_free(issuer);
	return made ? OCSP_MADE : OCSP_BROKEN;
}

/*
 * The URL of the certificate is preferred. Returns false if the certificate
 * contains something else than a URL.
 */
static bool
ocsp_find_url(
    struct ocsp_draft *draft, const struct ocsp *ocsp, X509 *certificate)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(certificate);
	int use_tls = ocsp->use_tls;

	draft->fetch = (struct fetch_request){ .kind = FETCH_OCSP,
		.host = ocsp->host,
		.port = ocsp->port,
		.path = ocsp->path };
	if (urls != NULL) {
		if (OSSL_HTTP_parse_url(sk_OPENSSL_STRING_value(urls, 0),
			&use_tls, NULL, &draft->host, &draft->port, NULL,
			&draft->path, NULL, NULL) == 1)
			draft->url =
			    OPENSSL_strdup(sk_OPENSSL_STRING_value(urls, 0));
		X509_email_free(urls);
		if (draft->url == NULL)
			return false;
		draft->fetch.host = draft->host;
		draft->fetch.port = draft->port;
		draft->fetch.path = draft->path;
	}
	draft->fetch.use_tls = use_tls != 0;
	return true;
}

static void
ocsp_draft_free(struct ocsp_draft *draft)
{
	OPENSSL_free(draft->url);
	OPENSSL_free(draft->host);
	OPENSSL_free(draft->port);
	OPENSSL_free(draft->path);
}

/* Searches the store that client certificates are verified with. */
static X509 *
ocsp_issuer(SSL *ssl, X509 *certificate)
{
	X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
	X509_STORE_CTX *search = X509_STORE_CTX_new();
	X509_OBJECT *object = NULL;
	X509 *issuer = NULL;

	if (search != NULL &&
	    X509_STORE_CTX_init(search, store, NULL, NULL) == 1)
		object = X509_STORE_CTX_get_obj_by_subject(
		    search, X509_LU_X509, X509_get_issuer_name(certificate));
	if (object != NULL) {
		issuer = X509_OBJECT_get0_X509(object);
		X509_up_ref(issuer);
	}
	X509_OBJECT_free(object);
	X509_STORE_CTX_free(search);
	return issuer;
}

/* Returns NULL with the reason in the error queue. */
static OCSP_REQUEST *
ocsp_question(SSL *ssl, X509 *certificate, X509 *issuer)
{
	OCSP_REQUEST *question = OCSP_REQUEST_new();
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, certificate, issuer);

	if (question != NULL && id != NULL &&
	    OCSP_request_add0_id(question, id) != NULL) {
		if (ocsp_add_extensions(ssl, question))
			return question;
		id = NULL;
	}
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(question);
	return NULL;
}

/* Adds the extensions that the client has sent for the request. */
static bool
ocsp_add_extensions(SSL *ssl, OCSP_REQUEST *question)
{
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	int i;

	SSL_get_tlsext_status_exts(ssl, &extensions);
	for (i = 0; i < sk_X509_EXTENSION_num(extensions); i++)
		if (OCSP_REQUEST_add_ext(question,
			sk_X509_EXTENSION_value(extensions, i), -1) != 1)
			return false;
	return true;
}

static bool
ocsp_encode(struct ocsp_draft *draft, OCSP_REQUEST *question, X509 *issuer,
    struct textbuf *request)
{
	struct fetch_request *fetch = &draft->fetch;
	unsigned char *body = NULL, *signer = NULL;
	int body_size = i2d_OCSP_REQUEST(question, &body);
	int signer_size = i2d_X509(issuer, &signer);
	bool good = body_size > 0 && signer_size > 0;

	if (good) {
		fetch->once = OCSP_REQUEST_get_ext_count(question) > 0;
		fetch->body = body;
		fetch->body_size = (size_t)body_size;
		fetch->issuer = signer;
		fetch->issuer_size = (size_t)signer_size;
		fetch_request_encode(fetch, request);
	}
	OPENSSL_free(body);
	OPENSSL_free(signer);
	return good;
}

static int
ocsp_query(
    SSL *ssl, const struct ocsp *ocsp, ocsp_find *find, void *arg, BIO *words)
{
	X509 *certificate = SSL_get_certificate(ssl);
	struct ocsp_draft draft = { .url = NULL };
	struct fetch_answer answer = { .good = false };
	struct textbuf request;
	enum ocsp_made made;
	int result = SSL_TLSEXT_ERR_NOACK;

	textbuf_init(&request);
	made = ocsp_make(ssl, ocsp, certificate, &draft, &request);
	if (draft.url != NULL && ocsp->config->status_verbose)
		BIO_printf(words, "cert_status: AIA URL: %s\n", draft.url);
	if (draft.trouble != NULL)
		BIO_printf(words, "cert_status: %s\n", draft.trouble);
	if (made == OCSP_MADE) {
		if (!find(&request, &answer, arg))
			answer.good = false;
		result = ocsp_answered(ssl, ocsp, &answer, words);
		fetch_answer_free(&answer);
	} else if (made == OCSP_BROKEN) {
		result = SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	textbuf_free(&request);
	ocsp_draft_free(&draft);
	return result;
}

static int
ocsp_answered(SSL *ssl, const struct ocsp *ocsp,
    const struct fetch_answer *answer, BIO *words)
{
	if (answer->good)
		return ocsp_send(ssl, ocsp, answer->data, answer->size, words);
	BIO_printf(words,
	    "Error querying OCSP responder\n"
	    "cert_status: error querying responder\n");
	/* Errors of the fetcher; the stock program has them in its queue. */
	if (answer->size > 0)
		BIO_write(words, answer->data, (int)answer->size);
	return SSL_TLSEXT_ERR_NOACK;
}

static int
ocsp_send(SSL *ssl, const struct ocsp *ocsp, const unsigned char *der,
    size_t size, BIO *words)
{
	const unsigned char *begin = der;
	OCSP_RESPONSE *response;
	unsigned char *copy;

	if ((copy = OPENSSL_memdup(der, size)) == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)size);
	if (!ocsp->config->status_verbose)
		return SSL_TLSEXT_ERR_OK;
	BIO_puts(words, "cert_status: ocsp response sent:\n");
	response = d2i_OCSP_RESPONSE(NULL, &begin, (long)size);
	if (response != NULL)
		ocsp_print(words, response);
	OCSP_RESPONSE_free(response);
	return SSL_TLSEXT_ERR_OK;
}

static void
ocsp_print(BIO *words, OCSP_RESPONSE *response)
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
