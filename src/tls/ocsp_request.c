#include <stdbool.h>

#include <openssl/http.h>
#include <openssl/ocsp.h>

#include "foundation/textbuf.h"
#include "tls/ocsp.h"
#include "tls/ocsp_chain.h"
#include "tls/ocsp_request.h"

static bool ocsp_find_url(struct ocsp_draft *, const struct ocsp *, X509 *);
static X509 *ocsp_issuer(SSL *, X509 *);
static X509 *ocsp_stored_issuer(SSL *, X509 *);
static OCSP_REQUEST *ocsp_question(SSL *, X509 *, X509 *);
static bool ocsp_add_extensions(SSL *, OCSP_REQUEST *);
static bool
ocsp_encode(struct ocsp_draft *, OCSP_REQUEST *, X509 *, struct textbuf *);

enum ocsp_made
ocsp_draft_make(struct ocsp_draft *draft, SSL *ssl, const struct ocsp *ocsp,
    X509 *certificate, struct textbuf *request)
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

void
ocsp_draft_free(struct ocsp_draft *draft)
{
	OPENSSL_free(draft->url);
	OPENSSL_free(draft->host);
	OPENSSL_free(draft->port);
	OPENSSL_free(draft->path);
}

/* Returns the issuer, which the caller frees, or NULL. */
static X509 *
ocsp_issuer(SSL *ssl, X509 *certificate)
{
	X509 *issuer = NULL;

	if (ocsp_chain_is_known())
		issuer = ocsp_chain_issuer(ssl, certificate);
	if (issuer == NULL)
		return ocsp_stored_issuer(ssl, certificate);
	X509_up_ref(issuer);
	return issuer;
}

/* Searches the store that client certificates are verified with. */
static X509 *
ocsp_stored_issuer(SSL *ssl, X509 *certificate)
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
