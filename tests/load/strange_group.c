/*
 * A provider for clients of tests that offer a group which the server's library
 * does not know: "strange", 0xfe42. The provider cannot do a key exchange with
 * it, so the client must offer another group first.
 */
#include <string.h>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

static char strange_name[] = "strange";
static unsigned strange_id = 0xfe42, strange_bits = 128, strange_kem = 1;
static int strange_from = 0x0303, strange_never = -1, strange_always = 0;

/* The entry for libssl's table of groups. */
static const OSSL_PARAM strange_group[] = {
	OSSL_PARAM_utf8_string(
	    OSSL_CAPABILITY_TLS_GROUP_NAME, strange_name, sizeof(strange_name)),
	OSSL_PARAM_utf8_string(OSSL_CAPABILITY_TLS_GROUP_NAME_INTERNAL,
	    strange_name, sizeof(strange_name)),
	OSSL_PARAM_utf8_string(
	    OSSL_CAPABILITY_TLS_GROUP_ALG, strange_name, sizeof(strange_name)),
	OSSL_PARAM_uint(OSSL_CAPABILITY_TLS_GROUP_ID, &strange_id),
	OSSL_PARAM_uint(OSSL_CAPABILITY_TLS_GROUP_SECURITY_BITS, &strange_bits),
	OSSL_PARAM_uint(OSSL_CAPABILITY_TLS_GROUP_IS_KEM, &strange_kem),
	OSSL_PARAM_int(OSSL_CAPABILITY_TLS_GROUP_MIN_TLS, &strange_from),
	OSSL_PARAM_int(OSSL_CAPABILITY_TLS_GROUP_MAX_TLS, &strange_always),
	OSSL_PARAM_int(OSSL_CAPABILITY_TLS_GROUP_MIN_DTLS, &strange_never),
	OSSL_PARAM_int(OSSL_CAPABILITY_TLS_GROUP_MAX_DTLS, &strange_never),
	OSSL_PARAM_END,
};

static void *strange_new(void *);
static void strange_free(void *);
static int strange_has(const void *, int);
static const OSSL_ALGORITHM *strange_query(void *, int, int *);
static int strange_capabilities(void *, const char *, OSSL_CALLBACK *, void *);

/* Without this libssl would not offer the group. */
static const OSSL_DISPATCH strange_keys[] = {
	{ OSSL_FUNC_KEYMGMT_NEW, (void (*)(void))strange_new },
	{ OSSL_FUNC_KEYMGMT_FREE, (void (*)(void))strange_free },
	{ OSSL_FUNC_KEYMGMT_HAS, (void (*)(void))strange_has },
	{ 0, NULL },
};

static const OSSL_ALGORITHM strange_algorithms[] = {
	{ strange_name, "provider=strange", strange_keys, NULL },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_DISPATCH strange_functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))strange_query },
	{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
	    (void (*)(void))strange_capabilities },
	{ 0, NULL },
};

int
OSSL_provider_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **context)
{
	(void)in;
	*out = strange_functions;
	*context = (void *)(uintptr_t)core;
	return 1;
}

static const OSSL_ALGORITHM *
strange_query(void *context, int operation, int *may_not_keep)
{
	(void)context;
	*may_not_keep = 0;
	return operation == OSSL_OP_KEYMGMT ? strange_algorithms : NULL;
}

static int
strange_capabilities(
    void *context, const char *capability, OSSL_CALLBACK *tell, void *arg)
{
	(void)context;
	return strcmp(capability, "TLS-GROUP") != 0 || tell(strange_group, arg);
}

static void *
strange_new(void *context)
{
	(void)context;
	return NULL;
}

static void
strange_free(void *key)
{
	(void)key;
}

static int
strange_has(const void *key, int selection)
{
	(void)key;
	(void)selection;
	return 0;
}
