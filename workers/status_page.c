#include <string.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "config.h"
#include "connection.h"
#include "http.h"
#include "status_page.h"
#include "textbuf.h"
#include "transcript.h"

/* As much as the stock program shows of a list. */
#define STATUS_CIPHERS_MAX (16 * 1024)

static void status_command_line(const struct config *, struct textbuf *);
static void status_supported_ciphers(SSL *, struct textbuf *);
static void status_common_ciphers(SSL *, struct textbuf *);
static void status_session(SSL *, struct textbuf *);
static void status_client_certificate(SSL *, struct textbuf *);

void
status_page(struct connection *connection, struct textbuf *page)
{
	const struct config *config = connection_config(connection);
	SSL *ssl = connection_ssl(connection);

	textbuf_puts(page,
	    "HTTP/1.0 200 ok\r\nContent-type: text/html\r\n\r\n"
	    "<HTML><BODY BGCOLOR=\"#ffffff\">\n<pre>\n\n");
	status_command_line(config, page);
	if (config->label_host != NULL)
		textbuf_printf(page, "Host: %s\n", config->label_host);
	if (config->label)
		textbuf_printf(
		    page, "Worker: %u\n", connection_worker(connection));
	transcript_renegotiation(ssl, page);
	status_supported_ciphers(ssl, page);
	status_common_ciphers(ssl, page);
	transcript_sigalgs(ssl, page);
	transcript_groups(ssl, page);
	transcript_ca_names(ssl, config, page);
	status_session(ssl, page);
	textbuf_puts(page, "---\n");
	connection_stats_table(connection, page);
	textbuf_puts(page, "---\n");
	status_client_certificate(ssl, page);
	textbuf_puts(page, "</pre></BODY></HTML>\r\n\r\n");
}

/* The program by its name, not by the path it was called by. */
static void
status_command_line(const struct config *config, struct textbuf *page)
{
	int i;

	textbuf_puts(page, "s_server ");
	for (i = 1; i < config->argc; i++) {
		http_escape(page, config->argv[i]);
		textbuf_puts(page, " ");
	}
	textbuf_puts(page, "\n");
}

static void
status_supported_ciphers(SSL *ssl, struct textbuf *page)
{
	const STACK_OF(SSL_CIPHER) *ciphers = SSL_get_ciphers(ssl);
	int count = sk_SSL_CIPHER_num(ciphers), i;
	const SSL_CIPHER *cipher;

	textbuf_puts(page, "Ciphers supported in s_server binary\n");
	for (i = 0; i < count; i++) {
		cipher = sk_SSL_CIPHER_value(ciphers, i);
		textbuf_printf(page, "%-11s:%-25s ",
		    SSL_CIPHER_get_version(cipher),
		    SSL_CIPHER_get_name(cipher));
		if (i % 2 == 1 && i + 1 != count)
			textbuf_puts(page, "\n");
	}
	textbuf_puts(page, "\n");
}

static void
status_common_ciphers(SSL *ssl, struct textbuf *page)
{
	char names[STATUS_CIPHERS_MAX], *rest = names, *name;
	int column = 0;

	if (SSL_get_shared_ciphers(ssl, names, sizeof(names)) == NULL)
		return;
	textbuf_puts(
	    page, "---\nCiphers common between both SSL end points:\n");
	while ((name = strsep(&rest, ":")) != NULL) {
		if (rest == NULL) {
			textbuf_puts(page, name);
			break;
		}
		column = (column + 1) % 3;
		textbuf_printf(page, "%-26s%s", name, column == 0 ? "\n" : " ");
	}
	textbuf_puts(page, "\n");
}

static void
status_session(SSL *ssl, struct textbuf *page)
{
	BIO *bio = transcript_bio();

	textbuf_printf(page, "---\n%s, %s, Cipher is %s\n",
	    SSL_session_reused(ssl) ? "Reused" : "New",
	    SSL_CIPHER_get_version(SSL_get_current_cipher(ssl)),
	    SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
	SSL_SESSION_print(bio, SSL_get_session(ssl));
	transcript_move(page, bio);
}

static void
status_client_certificate(SSL *ssl, struct textbuf *page)
{
	X509 *peer = SSL_get0_peer_certificate(ssl);
	BIO *bio;

	if (peer == NULL) {
		textbuf_puts(page, "no client certificate available\n");
		return;
	}
	textbuf_puts(page, "Client certificate\n");
	bio = transcript_bio();
	X509_print(bio, peer);
	PEM_write_bio_X509(bio, peer);
	transcript_move(page, bio);
}
