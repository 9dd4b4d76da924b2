#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "tls/base/tls_error.h"
#include "tls/ocsp_chain.h"
#include "tls/ocsp_file.h"

/* The choice of responses for a handshake. */
struct ocsp_choice {
	OCSP_RESPONSE **rest; /* the files that are not used yet; NULL: used */
	size_t files;
	size_t left; /* number of files that are not used */
};

static int ocsp_file_read(struct ocsp_file *, const char *);
static OCSP_RESPONSE *ocsp_choose(struct ocsp_choice *, X509 *, X509 *, bool);
static OCSP_RESPONSE *ocsp_choice_take(struct ocsp_choice *, size_t);
static bool ocsp_is_about(OCSP_RESPONSE *, OCSP_CERTID *);

int
ocsp_files_read(
    struct ocsp_files *files, const char *const *names, size_t count)
{
	if (count == 0)
		return 0;
	if ((files->item = calloc(count, sizeof(*files->item))) == NULL)
		fatalx("out of memory");
	for (; files->count < count; files->count++)
		if (ocsp_file_read(
			&files->item[files->count], names[files->count]) == -1)
			return -1;
	return 0;
}

void
ocsp_files_free(struct ocsp_files *files)
{
	while (files->count > 0)
		OPENSSL_free(files->item[--files->count].der);
	free(files->item);
	files->item = NULL;
}

static int
ocsp_file_read(struct ocsp_file *file, const char *name)
{
	OCSP_RESPONSE *response = NULL;
	BIO *bio;

	if (file_limit_check(name) == -1)
		return -1;
	ERR_clear_error();
	if ((bio = BIO_new_file(name, "rb")) == NULL) {
		tls_error_say("cert_status: Cannot open OCSP response file");
		log_warnx("-status_file %s: cannot be read", name);
		return -1;
	}
	if ((response = d2i_OCSP_RESPONSE_bio(bio, NULL)) != NULL)
		file->size = i2d_OCSP_RESPONSE(response, &file->der);
	OCSP_RESPONSE_free(response);
	BIO_free(bio);
	if (file->der != NULL && file->size > 0)
		return 0;
	tls_error_say("cert_status: Error reading OCSP response");
	log_warnx("-status_file %s: not an OCSP response in DER", name);
	return -1;
}

void
ocsp_files_choose(const struct ocsp_files *files, SSL *ssl,
    OCSP_RESPONSE **responses, int count)
{
	struct ocsp_choice choice = { calloc(files->count,
					  sizeof(OCSP_RESPONSE *)),
		files->count, files->count };
	const unsigned char *der;
	size_t f;
	int i;

	if (choice.rest == NULL)
		fatalx("out of memory");
	for (f = 0; f < files->count; f++) {
		der = files->item[f].der;
		choice.rest[f] =
		    d2i_OCSP_RESPONSE(NULL, &der, files->item[f].size);
	}
	for (i = 0; i < count; i++)
		responses[i] =
		    ocsp_choose(&choice, ocsp_chain_certificate(ssl, i),
			ocsp_chain_next(ssl, i), i == count - 1);
	for (f = 0; f < files->count; f++)
		OCSP_RESPONSE_free(choice.rest[f]);
	free(choice.rest);
}

static OCSP_RESPONSE *
ocsp_choose(
    struct ocsp_choice *choice, X509 *certificate, X509 *issuer, bool is_last)
{
	OCSP_RESPONSE *found = NULL;
	OCSP_CERTID *id;
	size_t f = 0;

	if (issuer == NULL) {
		if (!is_last || choice->left != 1)
			return NULL;
		while (choice->rest[f] == NULL)
			f++;
		return ocsp_choice_take(choice, f);
	}
	id = OCSP_cert_to_id(NULL, certificate, issuer);
	for (; id != NULL && found == NULL && f < choice->files; f++)
		if (choice->rest[f] != NULL &&
		    ocsp_is_about(choice->rest[f], id))
			found = ocsp_choice_take(choice, f);
	OCSP_CERTID_free(id);
	return found;
}

static OCSP_RESPONSE *
ocsp_choice_take(struct ocsp_choice *choice, size_t f)
{
	OCSP_RESPONSE *response = choice->rest[f];

	choice->rest[f] = NULL;
	choice->left--;
	return response;
}

static bool
ocsp_is_about(OCSP_RESPONSE *response, OCSP_CERTID *id)
{
	OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
	bool is_about = basic != NULL && OCSP_resp_find(basic, id, -1) >= 0;

	OCSP_BASICRESP_free(basic);
	ERR_clear_error();
	return is_about;
}
