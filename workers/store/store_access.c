#include <stdbool.h>
#include <string.h>

#include "config/config.h"
#include "foundation/log.h"
#include "store/store_access.h"
#include "store/store_key_file.h"
#include "tls/base/tls_error.h"
#include "tls/identity/passphrase.h"
#include "tls/trust.h"

static int store_access_read(struct store_access *, const struct config *);
static int store_access_trust(struct store_access *, const struct config *);
static int store_access_line(const struct config *);

int
store_access_open(struct store_access *access, const struct config *config)
{
	memset(access, 0, sizeof(*access));
	if (config->session_store == NULL)
		return 0;
	if (store_access_read(access, config) == -1 ||
	    store_access_trust(access, config) == -1 ||
	    store_access_read_keys(config, &access->keys) == -1)
		return -1;
	if (config->session_store_key == NULL)
		log_warnx("-session_store: sessions are stored as they are, "
			  "for there is no -session_store_key");
	return 0;
}

int
store_access_read_keys(const struct config *config, struct store_keys *keys)
{
	if (config->session_store == NULL || config->session_store_key == NULL)
		return 0;
	return store_key_file_read(keys, config->session_store_key);
}

void
store_access_take_keys(struct store_access *access, struct store_keys *keys)
{
	store_keys_close(&access->keys);
	access->keys = *keys;
	memset(keys, 0, sizeof(*keys));
}

void
store_access_close(struct store_access *access)
{
	passphrase_free(access->password);
	SSL_CTX_free(access->tls);
	store_keys_close(&access->keys);
	memset(access, 0, sizeof(*access));
}

static int
store_access_read(struct store_access *access, const struct config *config)
{
	const char *source = config->session_store_pass;

	if (source == NULL)
		return 0;
	access->password = passphrase_read(source, store_access_line(config));
	if (access->password != NULL)
		return 0;
	/* The words of the stock program do not tell for which option. */
	log_warnx("-session_store_pass: there is no password");
	return -1;
}

/* The store's certificate is trusted as those of clients are. */
static int
store_access_trust(struct store_access *access, const struct config *config)
{
	if (!config->store_uri.use_tls)
		return 0;
	if ((access->tls = SSL_CTX_new(TLS_client_method())) == NULL) {
		tls_error_say("cannot use TLS to the session store");
		return -1;
	}
	SSL_CTX_set_min_proto_version(access->tls, TLS1_2_VERSION);
	SSL_CTX_set_verify(access->tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(access->tls,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(access->tls, SSL_SESS_CACHE_OFF);
	return trust_install(access->tls, config, NULL);
}

/* Of a source that others read from, the next line is ours. */
static int
store_access_line(const struct config *config)
{
	const char *source = config->session_store_pass;
	bool first = config->pass != NULL && strcmp(config->pass, source) == 0;
	bool second = config->other_pass != NULL &&
	    strcmp(config->other_pass, source) == 0;

	return 1 + first + second;
}
