#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "config.h"
#include "sni.h"
#include "text.h"
#include "textbuf.h"
#include "tls_context.h"

static int sni_choose(SSL *, int *, void *);
static void sni_print(const char *);

/*
 * A handshake begins in the first context; the second has the callback too, as
 * libssl asks the current context in a renegotiation.
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
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	if (name == NULL)
		return SSL_TLSEXT_ERR_OK;
	sni_print(name);
	if (strcasecmp(name, tls->config->servername) != 0)
		return tls->config->servername_fatal
		    ? SSL_TLSEXT_ERR_ALERT_FATAL
		    : SSL_TLSEXT_ERR_ALERT_WARNING;
	text_printf(TEXT_OUT, "Switching server context.\n");
	SSL_set_SSL_CTX(ssl, tls->ctx2);
	return SSL_TLSEXT_ERR_OK;
}

/* The client may send any bytes; the terminal gets only harmless ones. */
static void
sni_print(const char *name)
{
	struct textbuf line;
	const unsigned char *p;

	textbuf_init(&line);
	textbuf_puts(&line, "Hostname in TLS extension: \"");
	for (p = (const unsigned char *)name; *p != '\0'; p++)
		textbuf_printf(
		    &line, isascii(*p) && isprint(*p) ? "%c" : "\\x%02x", *p);
	textbuf_puts(&line, "\"\n");
	text_write(TEXT_OUT, line.data, line.size);
	textbuf_free(&line);
}
