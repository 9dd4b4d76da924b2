#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "config/option_table.h"
#include "config/options.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/wordings.h"

/* How long a handshake waits for an HTTP server without -status_timeout. */
#define CONFIG_FETCH_LIMIT_S   60
#define CONFIG_FETCH_LONGEST_S (24 * 60 * 60)
#define TLS1_3		       0x0304

static int config_check_datagrams(const struct config *);
static int config_check_no_log(const struct config *);
static int config_check_sendfile(const struct config *);
static int config_check_store(const struct config *);
static int config_check_identities(const struct config *);
static unsigned config_online_cpus(void);

void
config_init(struct config *config, int argc, char **words)
{
	memset(config, 0, sizeof(*config));
	config->argc = argc;
	config->words = words;
	STAILQ_INIT(&config->ssl_conf);
	STAILQ_INIT(&config->x509);
	STAILQ_INIT(&config->crypto);
	TAILQ_INIT(&config->extra);
	config->naccept = -1;
	config->ticket_rotate_s = -1;
	config->workers = config_online_cpus();
	config->ready_fd = -1;
	config->log_events = LOG_CONNECTION;
	config->verify_depth = -1;
	/* 0 would make libcrypto try again for ever. */
	config->status_timeout_s = -1;
	config->cache_size = -1;
	config->max_early_data = -1;
	config->recv_max_early_data = -1;
	options_set_defaults(config);
	config->accept_given = false;
}

int
config_check(const struct config *config)
{
	if (config->nextprotoneg != NULL && config->min_version == TLS1_3) {
		text_printf(
		    TEXT_ERR, "Cannot supply -nextprotoneg with TLSv1.3\n");
		log_warnx("Use -help for summary.");
		return -1;
	}
	if (config->workers_max != 0 && config->workers_max < config->workers) {
		log_warnx("-workers_max %u: fewer than -workers %u",
		    config->workers_max, config->workers);
		return -1;
	}
	if (config_check_datagrams(config) == -1)
		return -1;
	if (config_sends_by_kernel(config) &&
	    config_check_sendfile(config) == -1)
		return -1;
	/* In the stock program every TLS 1.3 client fails with both options. */
	if (config->early_data && config->stateless) {
		log_warnx("-stateless leaves no room for -early_data");
		return -1;
	}
	/* The library cannot decrypt the second hello without the first. */
	if (config->stateless && config_has_ech_keys(config)) {
		log_warnx("-stateless leaves no room for -ech_key");
		return -1;
	}
	/* bind(2) would take an abstract address, which is not a path. */
	if (config->unix_path != NULL && *config->unix_path == '\0') {
		log_warnx("-unix needs the path of a socket");
		return -1;
	}
	if (config->tfo && config->unix_path != NULL) {
		log_warnx("-tfo is for TCP, not for -unix");
		return -1;
	}
	if (config->log == NULL && config_check_no_log(config) == -1)
		return -1;
	if (config->context != NULL && config->context_hex_size > 0) {
		log_warnx("-context and -context_hex exclude each other");
		return -1;
	}
	if (config->ticket_keys.count > 0 && config->ticket_rotate_s > 0) {
		log_warnx(
		    "-ticket_rotate %d: keys of -ticket_keys do not rotate",
		    config->ticket_rotate_s);
		return -1;
	}
	if (config_check_store(config) == -1)
		return -1;
	if (config->crl_download && config->verify_ca_file == NULL &&
	    config->verify_ca_path == NULL && config->verify_ca_store == NULL)
		log_warnx("warning: -crl_download has no effect without "
			  "-verifyCAfile, -verifyCApath or -verifyCAstore");
	return config_check_identities(config);
}

/* The order and the words of the errors are the stock program's. */
static int
config_check_no_log(const struct config *config)
{
	const char *option = NULL;

	if (config->log_hello)
		option = "-log_hello";
	else if (config->log_events != LOG_CONNECTION)
		option = "-log_events";
	if (option == NULL)
		return 0;
	log_warnx("%s has no effect without -log", option);
	return -1;
}

static int
config_check_datagrams(const struct config *config)
{
	const struct {
		bool is_wrong;
		const char *message;
	} checks[] = {
		{ config->dtls && config->traits->no_datagrams != NULL,
		    config->traits->no_datagrams },
		{ config->listen && !config->dtls,
		    "Can only use -listen with DTLS" },
		{ config->tfo && config->dtls, "Can only use -tfo with TLS" },
		{ config->dtls && config->stateless,
		    "Can only use --stateless with TLS" },
		{ config->dtls && config->unix_path != NULL,
		    "Can't use unix sockets and datagrams together" },
	};
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].is_wrong) {
			text_printf(TEXT_ERR, "%s\n", checks[i].message);
			return -1;
		}
	return 0;
}

static int
config_check_sendfile(const struct config *config)
{
	const char *line = wording(WORDING_SENDFILE_WITHOUT_KTLS);
	bool is_error = wording(WORDING_WARNINGS_ARE_ERRORS) != NULL;
	enum text_stream stream = is_error ? TEXT_ERR : TEXT_MESSAGES;

	if (!config->sendfile)
		text_printf(stream,
		    "Warning: -zerocopy_sendfile depends on -sendfile, "
		    "enabling -sendfile now.\n");
	if (!config->ktls && line != NULL)
		text_printf(stream, "%s\n", line);
	if (config->traits->files)
		return 0;
	text_printf(TEXT_ERR, "Can't use -sendfile without -WWW or -HTTP\n");
	return -1;
}

static int
config_check_store(const struct config *config)
{
	if (config->session_store == NULL) {
		if (config->session_store_pass == NULL &&
		    config->session_store_key == NULL)
			return 0;
		log_warnx("-session_store_%s has no effect without "
			  "-session_store",
		    config->session_store_pass != NULL ? "pass" : "key");
		return -1;
	}
#ifndef HIREDIS
	log_warnx("-session_store: this program was built without hiredis");
	return -1;
#else
	if (config->no_cache) {
		log_warnx("-no_cache leaves no room for -session_store");
		return -1;
	}
	if (*config->store_uri.user != '\0' &&
	    config->session_store_pass == NULL) {
		log_warnx("-session_store names a user: "
			  "-session_store_pass is missing");
		return -1;
	}
	if (config->id_prefix != NULL &&
	    strlen(config->id_prefix) > CONFIG_STORE_ID_PREFIX) {
		log_warnx("-id_prefix is longer than 16 bytes: too few bytes "
			  "of a session ID are random for -session_store");
		return -1;
	}
	return 0;
#endif
}

/* Refuses options that the stock program ignores without a message. */
static int
config_check_identities(const struct config *config)
{
	const struct extra_identity *extra = TAILQ_FIRST(&config->extra);

	if (extra != NULL && extra->identity.cert_file == NULL) {
		log_warnx("options of an extra certificate without -xcert");
		return -1;
	}
	if (config->other_identity.cert_file == NULL &&
	    (config->other_identity.key_file != NULL ||
		config->other_identity.chain_file != NULL)) {
		log_warnx("-%s needs -dcert",
		    config->other_identity.key_file != NULL ? "dkey"
							    : "dcert_chain");
		return -1;
	}
	return 0;
}

bool
config_sends_by_kernel(const struct config *config)
{
	return config->sendfile || config->zerocopy_sendfile;
}

bool
config_has_ech_keys(const struct config *config)
{
	return config->ech_key != NULL || config->ech_dir != NULL ||
	    config->ech_noretry_dir != NULL;
}

bool
config_keeps_sessions(const struct config *config)
{
	return !config->no_cache &&
	    (config->cache_size != 0 || config->session_store != NULL);
}

bool
config_knows_connections(const struct config *config)
{
	return config->log != NULL || config->control != NULL;
}

unsigned
config_workers_max(const struct config *config)
{
	return config->workers_max != 0 ? config->workers_max : config->workers;
}

bool
config_fetches(const struct config *config)
{
	return config->crl_download || store_uri_has_name(&config->store_uri) ||
	    (config->status && config->status_file.count == 0);
}

int
config_fetch_limit_ms(const struct config *config)
{
	int limit_s = config->status_timeout_s;

	if (limit_s <= 0)
		limit_s = CONFIG_FETCH_LIMIT_S;
	else if (limit_s > CONFIG_FETCH_LONGEST_S)
		limit_s = CONFIG_FETCH_LONGEST_S;
	return limit_s * 1000;
}

bool
config_uses_jobs(const struct config *config)
{
	return config->async || config->crl_download;
}

bool
config_uses_console(const struct config *config)
{
	return config->traits->console;
}

bool
config_is_silent(const struct config *config)
{
	return config->traits->silent ||
	    (config->traits->console && config->quiet && !config->brief);
}

bool
config_watches_handshakes(const struct config *config)
{
	return config->log != NULL || config->summary;
}

static unsigned
config_online_cpus(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return cpus > CONFIG_WORKERS_MAX ? CONFIG_WORKERS_MAX : (unsigned)cpus;
}
