#include <string.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "config/config.h"
#include "connection/connection.h"
#include "foundation/escape.h"
#include "foundation/textbuf.h"
#include "handlers/status_page.h"
#include "text/transcript.h"
#include "tls/base/tls_text.h"
#include "tls/ech.h"

/* The stock program cuts the list at this size. */
#define STATUS_CIPHERS_MAX (16 * 1024)

static void status_ech(struct connection *, struct textbuf *);
static void status_text(struct connection *, struct textbuf *);
static void status_command_line(const struct config *, struct textbuf *);
static void status_supported_ciphers(SSL *, struct textbuf *);
static void status_common_ciphers(SSL *, struct textbuf *);
static void status_session(SSL *, struct textbuf *);
static void status_client_certificate(SSL *, struct textbuf *);

void
status_page(struct connection *connection, struct textbuf *page)
{
	struct textbuf text;

	textbuf_puts(page,
	    "HTTP/1.0 200 ok\r\nContent-type: text/html\r\n\r\n"
	    "<HTML><BODY BGCOLOR=\"#ffffff\">\n<pre>\n\n");
	if (ECH_IS_KNOWN)
		status_ech(connection, page);
	textbuf_init(&text);
	status_text(connection, &text);
	escape_html(page, text.data);
	textbuf_puts(page, "</pre></BODY></HTML>\r\n\r\n");
	textbuf_free(&text);
}

/* From OpenSSL 4 on the stock program begins with this. */
static void
status_ech(struct connection *connection, struct textbuf *page)
{
	struct textbuf text;

	textbuf_init(&text);
	status_command_line(connection_config(connection), &text);
	escape_html(page, text.data);
	textbuf_free(&text);
	ech_describe(connection_ssl(connection), page);
}

static void
status_text(struct connection *connection, struct textbuf *text)
{
	const struct config *config = connection_config(connection);
	SSL *ssl = connection_ssl(connection);

	status_command_line(config, text);
	if (config->label_host != NULL)
		textbuf_printf(text, "Host: %s\n", config->label_host);
	if (config->label)
		textbuf_printf(
		    text, "Worker: %u\n", connection_worker(connection));
	transcript_renegotiation(ssl, text);
	status_supported_ciphers(ssl, text);
	status_common_ciphers(ssl, text);
	transcript_sigalgs(ssl, text);
	transcript_groups(ssl, text);
	transcript_ca_names(ssl, config, text);
	status_session(ssl, text);
	textbuf_puts(text, "---\n");
	connection_stats_table(connection, text);
	textbuf_puts(text, "---\n");
	status_client_certificate(ssl, text);
}

/* The name of the program, not the path that it was called by. */
static void
status_command_line(const struct config *config, struct textbuf *text)
{
	int i;

	textbuf_puts(text, "s_server ");
	for (i = 1; i < config->argc; i++) {
		textbuf_puts(text, config->words[i]);
		textbuf_puts(text, " ");
	}
	textbuf_puts(text, "\n");
}

static void
status_supported_ciphers(SSL *ssl, struct textbuf *text)
{
	const STACK_OF(SSL_CIPHER) *ciphers = SSL_get_ciphers(ssl);
	int count = sk_SSL_CIPHER_num(ciphers), i;
	const SSL_CIPHER *cipher;

	textbuf_puts(text, "Ciphers supported in s_server binary\n");
	for (i = 0; i < count; i++) {
		cipher = sk_SSL_CIPHER_value(ciphers, i);
		textbuf_printf(text, "%-11s:%-25s ",
		    SSL_CIPHER_get_version(cipher),
		    SSL_CIPHER_get_name(cipher));
		if (i % 2 == 1 && i + 1 != count)
			textbuf_puts(text, "\n");
	}
	textbuf_puts(text, "\n");
}

static void
status_common_ciphers(SSL *ssl, struct textbuf *text)
{
	char names[STATUS_CIPHERS_MAX], *rest = names, *name;
	int column = 0;

	if (SSL_get_shared_ciphers(ssl, names, sizeof(names)) == NULL)
		return;
	textbuf_puts(
	    text, "---\nCiphers common between both SSL end points:\n");
	while ((name = strsep(&rest, ":")) != NULL) {
		if (rest == NULL) {
			textbuf_puts(text, name);
			break;
		}
		column = (column + 1) % 3;
		textbuf_printf(text, "%-26s%s", name, column == 0 ? "\n" : " ");
	}
	textbuf_puts(text, "\n");
}

static void
status_session(SSL *ssl, struct textbuf *text)
{
	BIO *bio = tls_text_bio();

	textbuf_printf(text, "---\n%s, %s, Cipher is %s\n",
	    SSL_session_reused(ssl) ? "Reused" : "New",
	    SSL_CIPHER_get_version(SSL_get_current_cipher(ssl)),
	    SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
	SSL_SESSION_print(bio, SSL_get_session(ssl));
	tls_text_move(text, bio);
}

static void
status_client_certificate(SSL *ssl, struct textbuf *text)
{
	X509 *peer = SSL_get0_peer_certificate(ssl);
	BIO *bio;

	if (peer == NULL) {
		textbuf_puts(text, "no client certificate available\n");
		return;
	}
	textbuf_puts(text, "Client certificate\n");
	bio = tls_text_bio();
	X509_print(bio, peer);
	PEM_write_bio_X509(bio, peer);
	tls_text_move(text, bio);
}
