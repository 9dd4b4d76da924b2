#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/nameopt.h"
#include "tls/base/openssl_compat.h"
#include "tls/base/tls_error.h"
#include "tls/compressed_certificates.h"
#include "tls/identity/credentials.h"
#include "tls/identity/sent_chain.h"
#include "tls/identity/tls_file.h"
#include "tls/keylog.h"
#include "tls/raw_keys.h"
#include "tls/records.h"
#include "tls/security_debug.h"
#include "tls/sni.h"
#include "tls/srtp.h"
#include "tls/tls_context.h"
#include "tls/tls_features.h"
#include "tls/trust.h"
#include "tls/verification.h"

static bool tls_context_build(struct tls_context *, const struct credentials *);
static bool tls_context_load_crl(struct tls_context *);
static SSL_CTX *tls_context_new(const struct tls_context *, bool);
static bool tls_context_configure(SSL_CTX *, const struct tls_context *, bool);
static bool tls_context_use_section(SSL_CTX *, const char *);
static void tls_context_set_early_data(SSL_CTX *, const struct config *);
static int tls_context_allow_early_data(SSL *, void *);
static void tls_context_set_sessions(SSL_CTX *, const struct config *);
static int tls_context_not_resumable(SSL *, int);
static bool tls_context_has_version(SSL_CTX *, bool);
static bool tls_context_in_order(long, long);
static bool tls_context_commands(SSL_CTX *, const struct config *);
static bool
tls_context_set_identity(struct tls_context *, const struct credentials *);
static void tls_context_fix_chains(const struct tls_context *);
static bool tls_context_check_mtu(const struct tls_context *);
static bool tls_context_set_id_context(SSL_CTX *, const struct config *);

int
tls_context_open(struct tls_context *tls, const struct config *config)
{
	struct credentials credentials;
	bool built;

	tls->config = config;
	if (tls_features_check(config) == -1 || nameopt_check(config) == -1 ||
	    npn_open(&tls->npn, config) == -1 ||
	    alpn_open(&tls->alpn, config) == -1 ||
	    ocsp_open(&tls->ocsp, config) == -1 ||
	    psk_open(&tls->psk, config) == -1 ||
	    credentials_load(&credentials, config) == -1)
		return -1;
	built =
	    tls_context_load_crl(tls) && tls_context_build(tls, &credentials);
	credentials_free(&credentials);
	return built ? 0 : -1;
}

void
tls_context_close(struct tls_context *tls)
{
	SSL_CTX_free(tls->ctx);
	SSL_CTX_free(tls->ctx2);
	X509_CRL_free(tls->crl);
	alpn_close(&tls->alpn);
	ech_close(&tls->ech);
	expected_keys_close(&tls->expected_keys);
	ocsp_close(&tls->ocsp);
	npn_close(&tls->npn);
	psk_close(&tls->psk);
	srp_close(&tls->srp);
}

SSL *
tls_context_new_ssl(const struct tls_context *tls)
{
	SSL *ssl = SSL_new(tls->ctx);

	if (ssl == NULL || expected_keys_set(&tls->expected_keys, ssl) == -1) {
		tls_error_print();
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

static bool
tls_context_load_crl(struct tls_context *tls)
{
	const struct config *config = tls->config;

	if (config->crl_file == NULL)
		return true;
	tls->crl = tls_file_crl(
	    config->crl_file, config->crl_format, config->propquery);
	return tls->crl != NULL;
}

/* The order of errors and messages is the stock program's. */
static bool
tls_context_build(
    struct tls_context *tls, const struct credentials *credentials)
{
	const struct config *config = tls->config;

	if ((tls->ctx = tls_context_new(tls, false)) == NULL ||
	    records_install(tls->ctx, config) == -1 ||
	    srtp_install(tls->ctx, config) == -1 ||
	    ech_install(&tls->ech, tls->ctx, config,
		credentials->second.certificate != NULL) == -1 ||
	    expected_keys_open(&tls->expected_keys, tls->ctx, config) == -1)
		return false;
	if (credentials->second.certificate != NULL) {
		text_printf(TEXT_OUT, "Setting secondary ctx parameters\n");
		if ((tls->ctx2 = tls_context_new(tls, true)) == NULL)
			return false;
		alpn_install(tls->ctx2, &tls->alpn);
		sni_install(tls);
	}
	npn_install(tls->ctx, &tls->npn);
	alpn_install(tls->ctx, &tls->alpn);
	if (!tls_context_check_mtu(tls) ||
	    !tls_context_set_identity(tls, credentials))
		return false;
	tls_context_fix_chains(tls);
	if (psk_install(&tls->psk, tls->ctx, tls->ctx2) == -1 ||
	    srp_install(&tls->srp, tls->ctx, config) == -1 ||
	    keylog_install(tls->ctx, config) == -1 ||
	    (tls->ctx2 != NULL && keylog_install(tls->ctx2, config) == -1))
		return false;
	compressed_certificates_make(tls->ctx, tls->ctx2, config);
	return raw_keys_install(tls->ctx, config) == 0;
}

/* Makes the first or the second context. Returns NULL (reported) on failure. */
static SSL_CTX *
tls_context_new(const struct tls_context *tls, bool second)
{
	const struct config *config = tls->config;
	SSL_CTX *ctx = SSL_CTX_new_ex(NULL, config->propquery,
	    config->dtls ? DTLS_server_method() : TLS_server_method());

	if (ctx == NULL) {
		tls_error_print();
		if (config->propquery != NULL)
			log_warnx(
			    "cannot use -propquery %s", config->propquery);
		return NULL;
	}
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* With new buffers -security_debug would print more decisions. */
	if (config->security_debug == 0)
		SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	if (config_uses_jobs(config))
		SSL_CTX_set_mode(ctx, SSL_MODE_ASYNC);
	/* Fewer reads; but -debug and -nbio_test show the stock program's. */
	SSL_CTX_set_read_ahead(ctx, !config->debug && !config->nbio_test);
	if (config->security_debug != 0)
		security_debug_install(ctx, config);
	if (tls_context_configure(ctx, tls, second))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static bool
tls_context_configure(SSL_CTX *ctx, const struct tls_context *tls, bool second)
{
	const struct config *config = tls->config;

	if (!tls_context_commands(ctx, config) ||
	    (!second && !tls_context_use_section(ctx, config->ssl_config)))
		return false;
	if (config->ignore_unexpected_eof)
		SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	if (config->min_version != 0 &&
	    SSL_CTX_set_min_proto_version(ctx, config->min_version) != 1) {
		tls_error_print();
		return false;
	}
	if (config->max_version != 0 &&
	    SSL_CTX_set_max_proto_version(ctx, config->max_version) != 1) {
		tls_error_print();
		return false;
	}
	tls_context_set_early_data(ctx, config);
	tls_context_set_sessions(ctx, config);
	return tls_context_has_version(ctx, config->dtls) &&
	    tls_context_set_id_context(ctx, config) &&
	    verification_install(ctx, config, tls->crl) == 0 &&
	    (second || trust_install_chain(ctx, config) == 0);
}

/* crypto_setup.c has read the configuration file. */
static bool
tls_context_use_section(SSL_CTX *ctx, const char *section)
{
	ERR_clear_error();
	if (section == NULL || SSL_CTX_config(ctx, section) == 1)
		return true;
	tls_error_say("Error using configuration \"%s\"", section);
	return false;
}

/* As in the stock program: a record's size if only -early_data is given. */
static void
tls_context_set_early_data(SSL_CTX *ctx, const struct config *config)
{
	int max = config->max_early_data;

	if (max == -1 && config->early_data)
		max = SSL3_RT_MAX_PLAIN_LENGTH;
	if (max != -1)
		SSL_CTX_set_max_early_data(ctx, (uint32_t)max);
	if (config->recv_max_early_data != -1)
		SSL_CTX_set_recv_max_early_data(
		    ctx, (uint32_t)config->recv_max_early_data);
	SSL_CTX_set_allow_early_data_cb(
	    ctx, tls_context_allow_early_data, NULL);
}

/*
 * Early data is encrypted with the cipher suite of the session (RFC 8446,
 * section 4.2.10). libssl compares the hashes only, and could not decrypt the
 * data if the suites differ.
 */
static int
tls_context_allow_early_data(SSL *ssl, void *arg)
{
	const SSL_CIPHER *now = SSL_get_pending_cipher(ssl), *then = NULL;
	const SSL_SESSION *session = SSL_get0_session(ssl);

	(void)arg;
	if (session != NULL)
		then = SSL_SESSION_get0_cipher(session);
	return now != NULL && then != NULL &&
	    SSL_CIPHER_get_id(now) == SSL_CIPHER_get_id(then);
}

/* resumption.c handles -id_prefix, since it knows the IDs that are in use. */
static void
tls_context_set_sessions(SSL_CTX *ctx, const struct config *config)
{
	SSL_CTX_set_timeout(ctx, (long)config->session_timeout_s);
	if (config->no_resume_ephemeral)
		SSL_CTX_set_not_resumable_session_callback(
		    ctx, tls_context_not_resumable);
	if (config->id_prefix == NULL)
		return;
	if (strlen(config->id_prefix) >= SSL_MAX_SSL_SESSION_ID_LENGTH)
		text_printf(TEXT_ERR,
		    "warning: id_prefix is too long, only one new session "
		    "will be possible\n");
	text_printf(TEXT_ERR, "id_prefix '%s' set.\n", config->id_prefix);
}

static int
tls_context_not_resumable(SSL *ssl, int is_forward_secure)
{
	(void)ssl;
	return is_forward_secure;
}

/*
 * Reports at the start that all versions are switched off: every connection
 * would fail.
 */
static bool
tls_context_has_version(SSL_CTX *ctx, bool is_dtls)
{
	static const struct {
		int version;
		uint64_t option;
	} versions[] = {
#if COMPAT_HAS_SSL3
		{ SSL3_VERSION, SSL_OP_NO_SSLv3 },
#endif
		{ TLS1_VERSION, SSL_OP_NO_TLSv1 },
		{ TLS1_1_VERSION, SSL_OP_NO_TLSv1_1 },
		{ TLS1_2_VERSION, SSL_OP_NO_TLSv1_2 },
		{ TLS1_3_VERSION, SSL_OP_NO_TLSv1_3 },
		{ DTLS1_VERSION, SSL_OP_NO_DTLSv1 },
		{ DTLS1_2_VERSION, SSL_OP_NO_DTLSv1_2 },
	};
	long min = SSL_CTX_get_min_proto_version(ctx);
	long max = SSL_CTX_get_max_proto_version(ctx);
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (is_dtls ==
			(versions[i].version >> 8 == DTLS1_VERSION_MAJOR) &&
		    tls_context_in_order(min, versions[i].version) &&
		    tls_context_in_order(versions[i].version, max) &&
		    (SSL_CTX_get_options(ctx) & versions[i].option) == 0)
			return true;
	log_warnx("no protocols available: the options leave no %s version",
	    is_dtls ? "DTLS" : "TLS");
	return false;
}

/* 0 means no limit. The numbers of DTLS versions fall. */
static bool
tls_context_in_order(long low, long high)
{
	if (low == 0 || high == 0)
		return true;
	return low >> 8 == DTLS1_VERSION_MAJOR ? low >= high : low <= high;
}

/* Passes the options of struct ssl_conf to SSL_CONF_cmd(3). */
static bool
tls_context_commands(SSL_CTX *ctx, const struct config *config)
{
	SSL_CONF_CTX *commands = SSL_CONF_CTX_new();
	const struct ssl_conf *conf;
	char name[64];
	bool good = commands != NULL;

	if (!good) {
		log_warnx("out of memory");
		return false;
	}
	SSL_CONF_CTX_set_flags(
	    commands, SSL_CONF_FLAG_SERVER | SSL_CONF_FLAG_CMDLINE);
	SSL_CONF_CTX_set_ssl_ctx(commands, ctx);
	STAILQ_FOREACH (conf, &config->ssl_conf, entry) {
		snprintf(name, sizeof(name), "-%s", conf->name);
		ERR_clear_error();
		if (SSL_CONF_cmd(commands, name, conf->value) > 0)
			continue;
		tls_error_say("Call to SSL_CONF_cmd(%s, %s) failed", name,
		    conf->value == NULL ? "<NULL>" : conf->value);
		good = false;
		break;
	}
	if (good && SSL_CONF_CTX_finish(commands) != 1) {
		tls_error_say("Error finishing context");
		good = false;
	}
	SSL_CONF_CTX_free(commands);
	return good;
}

static bool
tls_context_set_identity(
    struct tls_context *tls, const struct credentials *credentials)
{
	if (!tls->config->no_dhe) {
		text_printf(TEXT_OUT,
		    credentials->dh != NULL
			? "Setting temp DH parameters\n"
			: "Using default temp DH parameters\n");
		if (credentials_use_dh(credentials, tls->ctx) == -1 ||
		    (tls->ctx2 != NULL &&
			credentials_use_dh(credentials, tls->ctx2) == -1))
			return false;
	}
	return credentials_use(credentials, tls->config, tls->ctx, false) ==
	    0 &&
	    (tls->ctx2 == NULL ||
		credentials_use(credentials, tls->config, tls->ctx2, true) ==
		    0);
}

/*
 * Not for -xcert, whose certificates are chosen in the handshake, not with
 * -security_debug, which prints the decisions about the chains that libssl
 * makes, and not where statuses go by the chain that was given.
 */
static void
tls_context_fix_chains(const struct tls_context *tls)
{
	const struct config *config = tls->config;

	if (!TAILQ_EMPTY(&config->extra) || config->security_debug != 0 ||
	    config->status_all || config->status_file.count > 0)
		return;
	sent_chain_fix(tls->ctx);
	if (tls->ctx2 != NULL)
		sent_chain_fix(tls->ctx2);
}

/* In the stock program every connection fails then, and the program ends. */
static bool
tls_context_check_mtu(const struct tls_context *tls)
{
	SSL *ssl;
	long least;

	if (!tls->config->dtls || tls->config->mtu == 0)
		return true;
	if ((ssl = tls_context_new_ssl(tls)) == NULL)
		return false;
	least = DTLS_get_link_min_mtu(ssl);
	SSL_free(ssl);
	if (tls->config->mtu >= least)
		return true;
	text_printf(TEXT_ERR, "MTU too small. Must be at least %ld\n", least);
	return false;
}

/* Sessions resume only under the session ID context that they were made in. */
static bool
tls_context_set_id_context(SSL_CTX *ctx, const struct config *config)
{
	/* The stock program's default, which -www shows. */
	static const char standard[] = { 1, 0, 0, 0 };
	const void *context = standard;
	size_t size = sizeof(standard);

	if (config->context_hex_size > 0) {
		context = config->context_hex;
		size = config->context_hex_size;
	} else if (config->context != NULL) {
		context = config->context;
		size = strlen(config->context);
	}
	if (SSL_CTX_set_session_id_context(ctx, context, (unsigned)size) == 1)
		return true;
	ERR_clear_error();
	log_warnx("-context %s: longer than %d bytes", config->context,
	    SSL_MAX_SID_CTX_LENGTH);
	return false;
}
