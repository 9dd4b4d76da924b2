#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "foundation/file_limit.h"
#include "foundation/monotime.h"
#include "foundation/text.h"
#include "foundation/wordings.h"
#include "tls/base/crypto_engine.h"
#include "tls/base/tls_error.h"
#include "tls/identity/passphrase.h"
#include "tls/identity/tls_file.h"

/* A file that is being read, and the object that is looked for in it. */
struct tls_file {
	const char *path;
	const char *name;
	enum wording noun; /* its kind for messages; the name may say it */
	bool many; /* any number of objects is looked for */
	enum file_format format;
	int expect; /* OSSL_STORE_INFO_ */
	const char *phrase; /* NULL: ask */
	const char *propquery; /* NULL: none */
	UI_METHOD *ui; /* returns the phrase or asks for it */
	OSSL_STORE_CTX *store;
};

static bool tls_file_open(struct tls_file *);
static void tls_file_open_ui(struct tls_file *);
static EVP_PKEY *tls_file_engine_key(struct tls_file *);
static OSSL_STORE_INFO *tls_file_next(struct tls_file *);
static OSSL_STORE_INFO *tls_file_only(struct tls_file *);
static void tls_file_close(struct tls_file *);
static void tls_file_missed(const struct tls_file *);
static void tls_file_say(const struct tls_file *, const char *, enum wording);
static void tls_file_say_unable(const char *);
static int tls_file_phrase(char *, int, int, void *);
static UI_METHOD *tls_file_asking(void);
static int tls_file_read_answer(UI *, UI_STRING *);
static char *tls_file_prompt(UI *, const char *, const char *);

EVP_PKEY *
tls_file_key(const char *path, enum file_format format, const char *name,
    const char *phrase, const char *propquery)
{
	struct tls_file file = { .path = path,
		.name = name,
		.noun = WORDING_KEY,
		.format = format,
		.expect = OSSL_STORE_INFO_PKEY,
		.phrase = phrase,
		.propquery = propquery };
	OSSL_STORE_INFO *info;
	EVP_PKEY *key;

	if (format == FORMAT_ENGINE)
		return tls_file_engine_key(&file);
	if ((info = tls_file_only(&file)) == NULL)
		return NULL;
	key = OSSL_STORE_INFO_get1_PKEY(info);
	OSSL_STORE_INFO_free(info);
	return key;
}

X509 *
tls_file_certificate(const char *path, enum file_format format,
    const char *name, const char *phrase, const char *propquery)
{
	struct tls_file file = { .path = path,
		.name = name,
		.noun = WORDING_CERTIFICATE,
		.format = format,
		.expect = OSSL_STORE_INFO_CERT,
		.phrase = phrase,
		.propquery = propquery };
	OSSL_STORE_INFO *info;
	X509 *certificate;

	if ((info = tls_file_only(&file)) == NULL) {
		tls_file_say_unable(name);
		return NULL;
	}
	certificate = OSSL_STORE_INFO_get1_CERT(info);
	OSSL_STORE_INFO_free(info);
	return certificate;
}

X509_CRL *
tls_file_crl(const char *path, enum file_format format, const char *propquery)
{
	struct tls_file file = { .path = path,
		.name = "CRL",
		.noun = WORDING_CRL,
		.format = format,
		.expect = OSSL_STORE_INFO_CRL,
		.phrase = "",
		.propquery = propquery };
	OSSL_STORE_INFO *info;
	X509_CRL *crl;

	if ((info = tls_file_only(&file)) == NULL) {
		tls_file_say_unable("CRL");
		return NULL;
	}
	crl = OSSL_STORE_INFO_get1_CRL(info);
	OSSL_STORE_INFO_free(info);
	return crl;
}

STACK_OF(X509) *
tls_file_chain(const char *path, const char *name, const char *phrase,
    const char *propquery)
{
	struct tls_file file = { .path = path,
		.name = name,
		.noun = WORDING_CERTIFICATE,
		.many = true,
		.expect = OSSL_STORE_INFO_CERT,
		.phrase = phrase,
		.propquery = propquery };
	STACK_OF(X509) *chain;
	OSSL_STORE_INFO *info;

	if (!tls_file_open(&file))
		return NULL;
	chain = sk_X509_new_null();
	while (chain != NULL && (info = tls_file_next(&file)) != NULL) {
		if (X509_add_cert(chain, OSSL_STORE_INFO_get0_CERT(info),
			X509_ADD_FLAG_UP_REF) != 1) {
			sk_X509_pop_free(chain, X509_free);
			chain = NULL;
		}
		OSSL_STORE_INFO_free(info);
	}
	if (chain == NULL || sk_X509_num(chain) == 0) {
		tls_file_missed(&file);
		sk_X509_pop_free(chain, X509_free);
		chain = NULL;
	}
	tls_file_close(&file);
	return chain;
}

EVP_PKEY *
tls_file_dh(const char *path, bool required, const char *propquery)
{
	struct tls_file file = { .path = path,
		.name = "DH parameters",
		.noun = WORDING_KEY_PARAMETERS,
		.expect = OSSL_STORE_INFO_PARAMS,
		.phrase = "",
		.propquery = propquery };
	OSSL_STORE_INFO *info;
	EVP_PKEY *dh = NULL;

	if (!tls_file_open(&file))
		return NULL;
	while (dh == NULL && (info = tls_file_next(&file)) != NULL) {
		dh = OSSL_STORE_INFO_get1_PARAMS(info);
		if (!EVP_PKEY_is_a(dh, "DH") && !EVP_PKEY_is_a(dh, "DHX")) {
			EVP_PKEY_free(dh);
			dh = NULL;
		}
		OSSL_STORE_INFO_free(info);
	}
	if (dh == NULL && required)
		tls_file_missed(&file);
	tls_file_close(&file);
	return dh;
}

const char *
tls_file_path(const char *uri)
{
	static const char *const begins[] = { "file://localhost/", "file:///",
		"file:/" };
	size_t i, size;

	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size = strlen(begins[i]);
		if (strncasecmp(uri, begins[i], size) == 0)
			return uri + size - 1;
	}
	return uri;
}

static bool
tls_file_open(struct tls_file *file)
{
	static char type_pem[] = "PEM", type_der[] = "DER";
	OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(),
		OSSL_PARAM_construct_end() };

	if (file_limit_check(tls_file_path(file->path)) == -1)
		return false;
	if (file->format == FORMAT_PEM || file->format == FORMAT_DER)
		params[0] = OSSL_PARAM_construct_utf8_string(
		    OSSL_STORE_PARAM_INPUT_TYPE,
		    file->format == FORMAT_PEM ? type_pem : type_der, 0);
	tls_file_open_ui(file);
	ERR_clear_error();
	if (file->ui != NULL)
		file->store = OSSL_STORE_open_ex(file->path, NULL,
		    file->propquery, file->ui, file, params, NULL, NULL);
	if (file->store == NULL) {
		tls_file_say(file, "open file or uri for loading",
		    file->many ? WORDING_CERTIFICATES : file->noun);
		tls_file_close(file);
		return false;
	}
	OSSL_STORE_expect(file->store, file->expect);
	return true;
}

static void
tls_file_open_ui(struct tls_file *file)
{
	if (file->phrase == NULL)
		file->phrase = passphrase_typed(file->path);
	file->ui = file->phrase != NULL || passphrase_is_sealed()
	    ? UI_UTIL_wrap_read_pem_callback(tls_file_phrase, 0)
	    : tls_file_asking();
}

/* The path is the engine's name of the key. */
static EVP_PKEY *
tls_file_engine_key(struct tls_file *file)
{
	const char *engine = crypto_engine_name();
	EVP_PKEY *key = NULL;

	if (engine == NULL) {
		text_printf(TEXT_ERR,
		    "No engine specified for loading %s\n"
		    "No filename or uri specified for loading\n %s\n",
		    file->name, file->name);
		return NULL;
	}
	tls_file_open_ui(file);
	if (file->ui != NULL)
		key = crypto_engine_key(file->path, file->ui, file);
	if (key == NULL)
		tls_error_say("Could not %s %s from org.openssl.engine:%s:%s",
		    wording(WORDING_NOT_FOUND), file->name, engine, file->path);
	tls_file_close(file);
	return key;
}

/* Returns the next object, or NULL if there are no more. */
static OSSL_STORE_INFO *
tls_file_next(struct tls_file *file)
{
	OSSL_STORE_INFO *info;
	struct tls_file_patience patience = { 0 };
	bool goes_on = true;

	while (goes_on && !OSSL_STORE_eof(file->store)) {
		info = OSSL_STORE_load(file->store);
		if (info != NULL &&
		    OSSL_STORE_INFO_get_type(info) == file->expect)
			return info;
		goes_on = tls_file_goes_on(&patience, info != NULL);
		OSSL_STORE_INFO_free(info);
	}
	return NULL;
}

bool
tls_file_goes_on(struct tls_file_patience *patience, bool readable)
{
	if (readable) {
		patience->unreadable = 0;
		return true;
	}
	if (patience->unreadable++ == 0)
		patience->since_ms = monotime_ms();
	return patience->unreadable < TLS_FILE_UNREADABLE_MAX ||
	    monotime_ms() - patience->since_ms < TLS_FILE_PATIENCE_MS;
}

/* Returns the first object of the kind. */
static OSSL_STORE_INFO *
tls_file_only(struct tls_file *file)
{
	OSSL_STORE_INFO *info;

	if (!tls_file_open(file))
		return NULL;
	if ((info = tls_file_next(file)) == NULL)
		tls_file_missed(file);
	tls_file_close(file);
	return info;
}

static void
tls_file_close(struct tls_file *file)
{
	OSSL_STORE_close(file->store);
	UI_destroy_method(file->ui);
	ERR_clear_error();
}

static void
tls_file_missed(const struct tls_file *file)
{
	if (file->many)
		tls_file_say(
		    file, wording(WORDING_NONE_FOUND), WORDING_ANY_CERTIFICATE);
	else
		tls_file_say(file, wording(WORDING_NOT_FOUND), file->noun);
}

/* Prints the noun, too, unless the name contains it. */
static void
tls_file_say(
    const struct tls_file *file, const char *failed, enum wording which)
{
	const char *noun = wording(which), *reason = "";
	bool is_named = strstr(file->name, noun) != NULL;
	unsigned long error = ERR_peek_last_error();

	if (ERR_SYSTEM_ERROR(error) && wording(WORDING_SYSTEM_ERRORS) != NULL) {
		reason = strerror(ERR_GET_REASON(error));
		ERR_clear_error();
	}
	tls_error_say("Could not %s %s%s%s from %s%s%s", failed,
	    is_named ? "" : noun, is_named ? "" : " of ", file->name,
	    file->path, *reason == '\0' ? "" : ": ", reason);
}

/* The stock program adds it, in some versions. */
static void
tls_file_say_unable(const char *name)
{
	if (wording(WORDING_UNABLE_TO_LOAD) != NULL)
		tls_error_say("%s %s", wording(WORDING_UNABLE_TO_LOAD), name);
}

static int
tls_file_phrase(char *phrase, int size, int writing, void *arg)
{
	const struct tls_file *file = arg;
	size_t length;

	(void)writing;
	if (file->phrase == NULL)
		return -1;
	length = strlen(file->phrase);
	if (length > (size_t)size)
		return -1;
	memcpy(phrase, file->phrase, length);
	return (int)length;
}

/* Returns the library's dialogue with the terminal, which names the file. */
static UI_METHOD *
tls_file_asking(void)
{
	const UI_METHOD *terminal = UI_OpenSSL();
	UI_METHOD *ui = UI_create_method("s_server");

	if (ui == NULL)
		return NULL;
	UI_method_set_opener(ui, UI_method_get_opener(terminal));
	UI_method_set_writer(ui, UI_method_get_writer(terminal));
	UI_method_set_flusher(ui, UI_method_get_flusher(terminal));
	UI_method_set_reader(ui, tls_file_read_answer);
	UI_method_set_closer(ui, UI_method_get_closer(terminal));
	UI_method_set_prompt_constructor(ui, tls_file_prompt);
	return ui;
}

/* As the library's own reader, but the answer is remembered. */
static int
tls_file_read_answer(UI *ui, UI_STRING *question)
{
	const struct tls_file *file = UI_get0_user_data(ui);
	int result = UI_method_get_reader(UI_OpenSSL())(ui, question);
	const char *answer = UI_get0_result_string(question);

	if (result == 1 && answer != NULL)
		passphrase_remember_typed(file->path, answer);
	return result;
}

static char *
tls_file_prompt(UI *ui, const char *what, const char *object)
{
	const struct tls_file *file = UI_get0_user_data(ui);
	size_t size =
	    strlen(what) + strlen(file->path) + sizeof("Enter  for :");
	char *prompt = OPENSSL_malloc(size);

	(void)object;
	if (prompt != NULL)
		snprintf(prompt, size, "Enter %s for %s:", what, file->path);
	return prompt;
}
