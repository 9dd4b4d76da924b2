#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/verify_param.h"

/* The library has no level above 5. */
#define VERIFY_PARAM_LEVEL_MAX 5

struct verify_option;

/* Returns 0, or -1 (reported). */
typedef int verify_setter(
    X509_VERIFY_PARAM *, const struct verify_option *, const char *value);

struct verify_option {
	const char *name;
	verify_setter *set;
	unsigned long flags; /* X509_V_FLAG_, for options without a value */
};

static verify_setter set_flags, set_policy, set_purpose, set_name, set_depth,
    set_auth_level, set_time, set_host, set_email, set_ip;
static int verify_param_apply(X509_VERIFY_PARAM *, const char *, const char *);
static int
verify_param_refuse(const struct verify_option *, const char *, const char *);

static const struct verify_option verify_options[] = {
	{ "policy", set_policy, 0 },
	{ "purpose", set_purpose, 0 },
	{ "verify_name", set_name, 0 },
	{ "verify_depth", set_depth, 0 },
	{ "auth_level", set_auth_level, 0 },
	{ "attime", set_time, 0 },
	{ "verify_hostname", set_host, 0 },
	{ "verify_email", set_email, 0 },
	{ "verify_ip", set_ip, 0 },
	{ "ignore_critical", set_flags, X509_V_FLAG_IGNORE_CRITICAL },
	{ "issuer_checks", set_flags, 0 },
	{ "crl_check", set_flags, X509_V_FLAG_CRL_CHECK },
	{ "crl_check_all", set_flags,
	    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL },
	{ "policy_check", set_flags, X509_V_FLAG_POLICY_CHECK },
	{ "explicit_policy", set_flags, X509_V_FLAG_EXPLICIT_POLICY },
	{ "inhibit_any", set_flags, X509_V_FLAG_INHIBIT_ANY },
	{ "inhibit_map", set_flags, X509_V_FLAG_INHIBIT_MAP },
	{ "x509_strict", set_flags, X509_V_FLAG_X509_STRICT },
	{ "extended_crl", set_flags, X509_V_FLAG_EXTENDED_CRL_SUPPORT },
	{ "use_deltas", set_flags, X509_V_FLAG_USE_DELTAS },
	{ "policy_print", set_flags, X509_V_FLAG_NOTIFY_POLICY },
	{ "check_ss_sig", set_flags, X509_V_FLAG_CHECK_SS_SIGNATURE },
	{ "trusted_first", set_flags, X509_V_FLAG_TRUSTED_FIRST },
	{ "suiteB_128_only", set_flags, X509_V_FLAG_SUITEB_128_LOS_ONLY },
	{ "suiteB_128", set_flags, X509_V_FLAG_SUITEB_128_LOS },
	{ "suiteB_192", set_flags, X509_V_FLAG_SUITEB_192_LOS },
	{ "partial_chain", set_flags, X509_V_FLAG_PARTIAL_CHAIN },
	{ "no_alt_chains", set_flags, X509_V_FLAG_NO_ALT_CHAINS },
	{ "no_check_time", set_flags, X509_V_FLAG_NO_CHECK_TIME },
	{ "allow_proxy_certs", set_flags, X509_V_FLAG_ALLOW_PROXY_CERTS },
};

int
verify_param_judge(const char *name, const char *value)
{
	X509_VERIFY_PARAM *param;
	int result = -1;

	/* openssl.cnf may name objects. */
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	param = X509_VERIFY_PARAM_new();
	if (param == NULL)
		log_warnx("out of memory");
	else
		result = verify_param_apply(param, name, value);
	X509_VERIFY_PARAM_free(param);
	return result;
}

X509_VERIFY_PARAM *
verify_param_new(const struct config *config)
{
	X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
	const struct ssl_conf *option;

	if (param == NULL) {
		log_warnx("out of memory");
		return NULL;
	}
	STAILQ_FOREACH (option, &config->x509, entry)
		if (verify_param_apply(param, option->name, option->value) ==
		    -1) {
			X509_VERIFY_PARAM_free(param);
			return NULL;
		}
	return param;
}

static int
verify_param_apply(
    X509_VERIFY_PARAM *param, const char *name, const char *value)
{
	size_t i;
	int result;

	for (i = 0; i < sizeof(verify_options) / sizeof(*verify_options); i++)
		if (strcmp(verify_options[i].name, name) == 0) {
			result = verify_options[i].set(
			    param, &verify_options[i], value);
			ERR_clear_error();
			return result;
		}
	log_warnx("-%s is no option of X.509 validation", name);
	return -1;
}

static int
set_flags(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	(void)value;
	X509_VERIFY_PARAM_set_flags(param, option->flags);
	return 0;
}

/* value: a dotted number or the name of an object. */
static int
set_policy(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	ASN1_OBJECT *policy = OBJ_txt2obj(value, 0);

	(void)option;
	if (policy != NULL && X509_VERIFY_PARAM_add0_policy(param, policy) == 1)
		return 0;
	ASN1_OBJECT_free(policy);
	log_warnx("Invalid Policy %s", value);
	return -1;
}

static int
set_purpose(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	int index = X509_PURPOSE_get_by_sname(value);

	(void)option;
	if (index != -1 &&
	    X509_VERIFY_PARAM_set_purpose(
		param, X509_PURPOSE_get_id(X509_PURPOSE_get0(index))) == 1)
		return 0;
	log_warnx("Invalid purpose %s", value);
	return -1;
}

static int
set_name(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	const X509_VERIFY_PARAM *named = X509_VERIFY_PARAM_lookup(value);

	(void)option;
	if (named != NULL && X509_VERIFY_PARAM_set1(param, named) == 1)
		return 0;
	log_warnx("Invalid verify name %s", value);
	return -1;
}

static int
set_depth(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	long depth = strtol(value, NULL, 10);

	if (depth < 0)
		return verify_param_refuse(option, value, "below 0");
	X509_VERIFY_PARAM_set_depth(param, (int)depth);
	return 0;
}

static int
set_auth_level(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	long level = strtol(value, NULL, 10);

	if (level < 0 || level > VERIFY_PARAM_LEVEL_MAX)
		return verify_param_refuse(option, value, "not 0 to 5");
	X509_VERIFY_PARAM_set_auth_level(param, (int)level);
	return 0;
}

static int
set_time(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	(void)option;
	X509_VERIFY_PARAM_set_time(param, (time_t)strtoimax(value, NULL, 0));
	return 0;
}

/* Refuses an empty name, with which nothing would be compared. */
static int
set_host(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	if (*value != '\0' && X509_VERIFY_PARAM_set1_host(param, value, 0) == 1)
		return 0;
	return verify_param_refuse(option, value, "not a host name");
}

static int
set_email(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	if (*value != '\0' &&
	    X509_VERIFY_PARAM_set1_email(param, value, 0) == 1)
		return 0;
	return verify_param_refuse(option, value, "not a mail address");
}

/* The stock program ends here, too, but without a message. */
static int
set_ip(X509_VERIFY_PARAM *param, const struct verify_option *option,
    const char *value)
{
	if (X509_VERIFY_PARAM_set1_ip_asc(param, value) == 1)
		return 0;
	return verify_param_refuse(option, value, "not an IP address");
}

/* Returns -1. */
static int
verify_param_refuse(
    const struct verify_option *option, const char *value, const char *reason)
{
	log_warnx("-%s %s: %s", option->name, value, reason);
	return -1;
}
