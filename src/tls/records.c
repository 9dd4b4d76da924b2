#include <stdbool.h>

#include <openssl/err.h>

#include "config/config.h"
#include "foundation/log.h"
#include "tls/records.h"

static bool records_set(SSL_CTX *, int command, int value, const char *name);

int
records_install(SSL_CTX *ctx, const struct config *config)
{
	if (!records_set(ctx, SSL_CTRL_SET_MAX_SEND_FRAGMENT,
		config->max_send_frag, "Max send fragment size") ||
	    !records_set(ctx, SSL_CTRL_SET_SPLIT_SEND_FRAGMENT,
		config->split_send_frag, "Split send fragment size") ||
	    !records_set(ctx, SSL_CTRL_SET_MAX_PIPELINES, config->max_pipelines,
		"Max pipelines"))
		return -1;
	if (config->read_buf != 0)
		SSL_CTX_set_default_read_buffer_len(
		    ctx, (size_t)config->read_buf);
	return 0;
}

static bool
records_set(SSL_CTX *ctx, int command, int value, const char *name)
{
	ERR_clear_error();
	if (value == 0 || SSL_CTX_ctrl(ctx, command, value, NULL) == 1)
		return true;
	log_warnx("%s %d is out of permitted range", name, value);
	return false;
}
