#include <sys/socket.h>

#include <netdb.h>
#include <time.h>

#include "foundation/escape.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "tls/ech.h"

#if ECH_IS_KNOWN
#define ECH_SAYS "ssl_ech_servername_cb: "

/* The name of a client's hello that has none. */
#define ECH_NO_NAME "none"

static const char *ech_line(int);
static const char *ech_page(int);
static void ech_say_switch(bool, bool);
static void ech_say_peer(SSL *);
static const char *ech_peer(SSL *, char *, socklen_t);
static int ech_names(SSL *, struct textbuf *outer, struct textbuf *inner);
static void ech_name(struct textbuf *, char *);

void
ech_describe(SSL *ssl, struct textbuf *page)
{
	struct textbuf outer, inner;
	int status = ech_names(ssl, &outer, &inner);

	textbuf_puts(page, "<h1>OpenSSL with ECH</h1>\n<h2>\n");
	if (status == SSL_ECH_STATUS_SUCCESS) {
		textbuf_puts(page, "ECH success: outer sni: ");
		escape_html(page, outer.data);
		textbuf_puts(page, ", inner sni: ");
		escape_html(page, inner.data);
	} else {
		textbuf_puts(page, ech_page(status));
	}
	textbuf_puts(
	    page, "\n</h2>\n<h2>TLS Session details</h2>\n<pre>\n<pre>\n\n");
	textbuf_free(&outer);
	textbuf_free(&inner);
}

void
ech_say_hello(SSL *ssl, const char *name, const char *servername, bool matches)
{
	struct textbuf outer, inner;
	int status;

	if (!text_is_heard(TEXT_OUT))
		return;
	ech_say_peer(ssl);
	status = ech_names(ssl, &outer, &inner);
	if (status == SSL_ECH_STATUS_SUCCESS)
		text_printf(TEXT_OUT, ECH_SAYS "success: outer %s, inner: %s\n",
		    outer.data, inner.data);
	else
		text_printf(TEXT_OUT, ECH_SAYS "%s\n", ech_line(status));
	if (name != NULL)
		text_printf(TEXT_OUT,
		    ECH_SAYS "Hostname in TLS extension: \"%s\"\n" ECH_SAYS
			     "ctx servername: %s\n",
		    escape_string(&inner, name), servername);
	ech_say_switch(
	    status == SSL_ECH_STATUS_SUCCESS && name != NULL, matches);
	textbuf_free(&outer);
	textbuf_free(&inner);
}

/* As in the stock program, the words depend on where the name was. */
static void
ech_say_switch(bool was_encrypted, bool matches)
{
	if (was_encrypted)
		text_printf(TEXT_OUT, ECH_SAYS "%s\n",
		    matches ? "Switching context."
			    : "Not switching context - no name match (0).");
	else
		text_printf(TEXT_OUT,
		    ECH_SAYS "Not switching context - no ECH SUCCESS\n%s",
		    matches ? "Switching server context.\n" : "");
}

static const char *
ech_line(int status)
{
	switch (status) {
	case SSL_ECH_STATUS_BACKEND:
		return "ECH backend got inner ECH";
	case SSL_ECH_STATUS_NOT_CONFIGURED:
		return "ECH not configured";
	case SSL_ECH_STATUS_GREASE:
		return "attempt we think is GREASE";
	case SSL_ECH_STATUS_NOT_TRIED:
		return "not attempted";
	case SSL_ECH_STATUS_FAILED:
		return "tried but failed";
	case SSL_ECH_STATUS_BAD_CALL:
		return "bad input to API";
	case SSL_ECH_STATUS_BAD_NAME:
		return "worked but bad name";
	default:
		return "Error getting ECH status";
	}
}

static const char *
ech_page(int status)
{
	switch (status) {
	case SSL_ECH_STATUS_BACKEND:
		return "ECH acting as backend";
	case SSL_ECH_STATUS_NOT_CONFIGURED:
		return "ECH not configured";
	case SSL_ECH_STATUS_GREASE:
		return "ECH attempt we interpret as GREASE";
	case SSL_ECH_STATUS_GREASE_ECH:
		return "ECH attempt we interpret as GREASE, + ECH";
	case SSL_ECH_STATUS_NOT_TRIED:
		return "ECH not attempted";
	case SSL_ECH_STATUS_FAILED:
		return "ECH tried but failed";
	case SSL_ECH_STATUS_FAILED_ECH:
		return "ECH tried but we got ECH which is weird";
	case SSL_ECH_STATUS_BAD_CALL:
		return "ECH bad input to API";
	case SSL_ECH_STATUS_BAD_NAME:
		return "ECH worked but bad name";
	default:
		return " Error getting ECH status";
	}
}

static void
ech_say_peer(SSL *ssl)
{
	char host[NI_MAXHOST], date[32];
	time_t now = time(NULL);

	text_printf(TEXT_OUT, ECH_SAYS "connection from %s at %s",
	    ech_peer(ssl, host, sizeof(host)), ctime_r(&now, date));
}

/* The stock program knows no peer of datagrams. */
static const char *
ech_peer(SSL *ssl, char *host, socklen_t size)
{
	struct sockaddr_storage peer = { .ss_family = AF_UNSPEC };
	socklen_t peer_size = sizeof(peer);
	int fd = -1;

	if (!SSL_is_dtls(ssl))
		BIO_get_fd(SSL_get_rbio(ssl), &fd);
	if (fd == -1 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_size) == -1)
		return "unknown";
	if (peer.ss_family == AF_UNIX)
		return "localhost";
	return getnameinfo((struct sockaddr *)&peer, peer_size, host, size,
		   NULL, 0, NI_NUMERICHOST) == 0
	    ? host
	    : "unknown";
}

/* Returns the status, and fills both names, escaped. */
static int
ech_names(SSL *ssl, struct textbuf *outer, struct textbuf *inner)
{
	char *outer_name = NULL, *inner_name = NULL;
	int status = SSL_ech_get1_status(ssl, &inner_name, &outer_name);

	ech_name(outer, outer_name);
	ech_name(inner, inner_name);
	return status;
}

/* Takes the name over. */
static void
ech_name(struct textbuf *text, char *name)
{
	textbuf_init(text);
	escape_string(text, name != NULL ? name : ECH_NO_NAME);
	OPENSSL_free(name);
}
#else
void
ech_describe(SSL *ssl, struct textbuf *page)
{
	(void)ssl;
	(void)page;
}

void
ech_say_hello(SSL *ssl, const char *name, const char *servername, bool matches)
{
	(void)ssl;
	(void)name;
	(void)servername;
	(void)matches;
}
#endif
