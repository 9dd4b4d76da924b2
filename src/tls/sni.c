#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "tls/ech.h"
#include "tls/sni.h"
#include "tls/tls_context.h"

static int sni_choose(SSL *, int *, void *);
static void sni_say(const char *, bool);

/*
 * A handshake begins in the first context. The second context has the callback,
 * too, because in a renegotiation libssl calls that of the current context.
 */
void
sni_install(struct tls_context *tls)
{
	SSL_CTX_set_tlsext_servername_callback(tls->ctx, sni_choose);
	SSL_CTX_set_tlsext_servername_arg(tls->ctx, tls);
	SSL_CTX_set_tlsext_servername_callback(tls->ctx2, sni_choose);
	SSL_CTX_set_tlsext_servername_arg(tls->ctx2, tls);
}

static int
sni_choose(SSL *ssl, int *alert, void *arg)
{
	const struct tls_context *tls = arg;
	const char *wanted = tls->config->servername;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	bool matches = name != NULL && strcasecmp(name, wanted) == 0;

	(void)alert;
	if (ECH_IS_KNOWN)
		ech_say_hello(ssl, name, wanted, matches);
	else
		sni_say(name, matches);
	if (matches) {
		SSL_set_SSL_CTX(ssl, tls->ctx2);
		return SSL_TLSEXT_ERR_OK;
	}
	if (name == NULL)
		return SSL_TLSEXT_ERR_OK;
	return tls->config->servername_fatal ? SSL_TLSEXT_ERR_ALERT_FATAL
					     : SSL_TLSEXT_ERR_ALERT_WARNING;
}

/* Up to OpenSSL 3; later the stock program says it with ech_say_hello. */
static void
sni_say(const char *name, bool matches)
{
	struct textbuf escaped;

	if (name == NULL)
		return;
	textbuf_init(&escaped);
	text_printf(TEXT_OUT, "Hostname in TLS extension: \"%s\"\n",
	    escape_string(&escaped, name));
	textbuf_free(&escaped);
	if (matches)
		text_printf(TEXT_OUT, "Switching server context.\n");
}
