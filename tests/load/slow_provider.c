/*
 * A provider for tests whose RSA signatures take SLOW_MS milliseconds, by
 * default 50. In a job of libssl it pauses the job meanwhile, with a descriptor
 * that becomes readable at the end, or without one if SLOW_BLIND is set.
 * Outside a job the process sleeps. If a job with a descriptor is resumed too
 * early, the provider prints this on standard error. With SLOW_KEEPS the
 * descriptor stays registered, as in an engine that OpenSSL had for its tests.
 *
 * The keys and the signatures themselves are those of the default provider. The
 * provider is preferred with the properties "?provider=slow".
 */
#include <sys/timerfd.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <openssl/async.h>
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#define SLOW_BEHIND "provider=default"
#define SLOW_MS	    "50"
#define SLOW_NAMES  "RSA:rsaEncryption:1.2.840.113549.1.1.1"

struct slow_key {
	EVP_PKEY *key; /* NULL: not imported yet */
	bool is_private;
};

static const char slow_mark; /* its address identifies our descriptor */

static OSSL_FUNC_keymgmt_new_fn slow_key_new;
static OSSL_FUNC_keymgmt_free_fn slow_key_free;
static OSSL_FUNC_keymgmt_has_fn slow_key_has;
static OSSL_FUNC_keymgmt_match_fn slow_key_match;
static OSSL_FUNC_keymgmt_get_params_fn slow_key_get;
static OSSL_FUNC_keymgmt_gettable_params_fn slow_key_gettable;
static OSSL_FUNC_keymgmt_import_fn slow_key_import;
static OSSL_FUNC_keymgmt_export_fn slow_key_export;
static OSSL_FUNC_keymgmt_import_types_fn slow_key_types;
static OSSL_FUNC_signature_newctx_fn slow_new;
static OSSL_FUNC_signature_freectx_fn slow_free;
static OSSL_FUNC_signature_digest_sign_init_fn slow_sign_init;
static OSSL_FUNC_signature_digest_sign_fn slow_sign;
static OSSL_FUNC_signature_digest_verify_init_fn slow_verify_init;
static OSSL_FUNC_signature_digest_verify_fn slow_verify;
static OSSL_FUNC_signature_set_ctx_params_fn slow_set;
static OSSL_FUNC_signature_settable_ctx_params_fn slow_settable;
static OSSL_FUNC_provider_query_operation_fn slow_query;
static void slow_wait(void);
static void slow_pause(ASYNC_JOB *, int);
static void slow_forget(ASYNC_WAIT_CTX *, const void *, OSSL_ASYNC_FD, void *);
static bool slow_is_due(int);

#define SLOW_FUNCTION(number, name)            \
	{                                      \
		number, (void (*)(void))(name) \
	}

static const OSSL_DISPATCH slow_keys[] = {
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_NEW, slow_key_new),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_FREE, slow_key_free),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_HAS, slow_key_has),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, slow_key_match),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, slow_key_get),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, slow_key_gettable),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, slow_key_import),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, slow_key_types),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT, slow_key_export),
	SLOW_FUNCTION(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, slow_key_types),
	{ 0, NULL },
};

static const OSSL_DISPATCH slow_signatures[] = {
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, slow_new),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, slow_free),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, slow_sign_init),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, slow_sign),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, slow_verify_init),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY, slow_verify),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, slow_set),
	SLOW_FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, slow_settable),
	{ 0, NULL },
};

static const OSSL_ALGORITHM slow_key_types_known[] = {
	{ SLOW_NAMES, "provider=slow", slow_keys, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM slow_signatures_known[] = {
	{ SLOW_NAMES, "provider=slow", slow_signatures, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_DISPATCH slow_functions[] = {
	SLOW_FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, slow_query),
	{ 0, NULL },
};

int
OSSL_provider_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **context)
{
	(void)in;
	*out = slow_functions;
	*context = (void *)(uintptr_t)core;
	return 1;
}

static const OSSL_ALGORITHM *
slow_query(void *context, int operation, int *may_not_keep)
{
	(void)context;
	*may_not_keep = 0;
	switch (operation) {
	case OSSL_OP_KEYMGMT:
		return slow_key_types_known;
	case OSSL_OP_SIGNATURE:
		return slow_signatures_known;
	default:
		return NULL;
	}
}

/* Keys: each is a key of the default provider. */

static void *
slow_key_new(void *context)
{
	(void)context;
	return calloc(1, sizeof(struct slow_key));
}

static void
slow_key_free(void *data)
{
	struct slow_key *key = data;

	if (key != NULL)
		EVP_PKEY_free(key->key);
	free(key);
}

static int
slow_key_has(const void *data, int selection)
{
	const struct slow_key *key = data;

	return key->key != NULL &&
	    ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 ||
		key->is_private);
}

static int
slow_key_match(const void *one, const void *other, int selection)
{
	const struct slow_key *key = one, *peer = other;

	(void)selection;
	return EVP_PKEY_eq(key->key, peer->key) == 1;
}

static int
slow_key_get(void *data, OSSL_PARAM params[])
{
	const struct slow_key *key = data;

	return key->key != NULL && EVP_PKEY_get_params(key->key, params);
}

static const OSSL_PARAM *
slow_key_gettable(void *context)
{
	static const OSSL_PARAM known[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)context;
	return known;
}

static int
slow_key_import(void *data, int selection, const OSSL_PARAM params[])
{
	struct slow_key *key = data;
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_name(NULL, "RSA", SLOW_BEHIND);
	int result;

	(void)selection;
	key->is_private =
	    OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_D) != NULL;
	result = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key->key,
		key->is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
		(OSSL_PARAM *)(uintptr_t)params) == 1;
	EVP_PKEY_CTX_free(ctx);
	return result;
}

static int
slow_key_export(void *data, int selection, OSSL_CALLBACK *tell, void *arg)
{
	const struct slow_key *key = data;

	return key->key != NULL &&
	    EVP_PKEY_export(key->key, selection, tell, arg);
}

static const OSSL_PARAM *
slow_key_types(int selection)
{
	static const OSSL_PARAM known[] = {
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_D, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)selection;
	return known;
}

/* Signatures: the context is one for the default provider. */

static void *
slow_new(void *context, const char *properties)
{
	(void)context;
	(void)properties;
	return EVP_MD_CTX_new();
}

static void
slow_free(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static int
slow_sign_init(
    void *ctx, const char *digest, void *data, const OSSL_PARAM params[])
{
	const struct slow_key *key = data;

	return key != NULL &&
	    EVP_DigestSignInit_ex(
		ctx, NULL, digest, NULL, SLOW_BEHIND, key->key, params) == 1;
}

/* Without room for a signature only its size is asked for. */
static int
slow_sign(void *ctx, unsigned char *signature, size_t *size, size_t room,
    const unsigned char *data, size_t data_size)
{
	if (signature != NULL) {
		slow_wait();
		*size = room;
	}
	return EVP_DigestSign(ctx, signature, size, data, data_size);
}

static int
slow_verify_init(
    void *ctx, const char *digest, void *data, const OSSL_PARAM params[])
{
	const struct slow_key *key = data;

	return key != NULL &&
	    EVP_DigestVerifyInit_ex(
		ctx, NULL, digest, NULL, SLOW_BEHIND, key->key, params) == 1;
}

static int
slow_verify(void *ctx, const unsigned char *signature, size_t size,
    const unsigned char *data, size_t data_size)
{
	return EVP_DigestVerify(ctx, signature, size, data, data_size);
}

static int
slow_set(void *ctx, const OSSL_PARAM params[])
{
	EVP_PKEY_CTX *inner = EVP_MD_CTX_get_pkey_ctx(ctx);

	return inner == NULL || EVP_PKEY_CTX_set_params(inner, params);
}

static const OSSL_PARAM *
slow_settable(void *ctx, void *context)
{
	static const OSSL_PARAM known[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(
		    OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
		OSSL_PARAM_utf8_string(
		    OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)ctx;
	(void)context;
	return known;
}

static void
slow_wait(void)
{
	const char *setting = getenv("SLOW_MS");
	long ms = strtol(setting != NULL ? setting : SLOW_MS, NULL, 10);
	struct itimerspec when = { .it_value = { .tv_sec = ms / 1000,
				       .tv_nsec = ms % 1000 * 1000000L } };
	ASYNC_JOB *job = ASYNC_get_current_job();
	int fd;

	if (job == NULL) {
		nanosleep(&when.it_value, NULL);
		return;
	}
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd == -1 || timerfd_settime(fd, 0, &when, NULL) == -1)
		abort();
	slow_pause(job, fd);
}

static void
slow_pause(ASYNC_JOB *job, int fd)
{
	ASYNC_WAIT_CTX *wait = ASYNC_get_wait_ctx(job);
	bool blind = getenv("SLOW_BLIND") != NULL;

	if (!blind &&
	    !ASYNC_WAIT_CTX_set_wait_fd(
		wait, &slow_mark, fd, NULL, slow_forget))
		abort();
	for (;;) {
		ASYNC_pause_job();
		if (slow_is_due(fd))
			break;
		if (!blind)
			fprintf(stderr, "slow provider: asked too early\n");
	}
	if (getenv("SLOW_KEEPS") != NULL)
		return;
	if (!blind)
		ASYNC_WAIT_CTX_clear_fd(wait, &slow_mark);
	close(fd);
}

/* Called when the job is given up. */
static void
slow_forget(ASYNC_WAIT_CTX *wait, const void *key, OSSL_ASYNC_FD fd, void *arg)
{
	(void)wait;
	(void)key;
	(void)arg;
	close(fd);
}

static bool
slow_is_due(int fd)
{
	uint64_t times;

	return read(fd, &times, sizeof(times)) == sizeof(times);
}
