#include "tls/alpn.h"
#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/text.h"
#include "tls/protocol_list.h"

static int alpn_select(SSL *, const unsigned char **, unsigned char *,
    const unsigned char *, unsigned, void *);
static void alpn_print_advertised(const unsigned char *, size_t);
static void alpn_print_selected(const unsigned char *, size_t);

int
alpn_open(struct alpn *alpn, const struct config *config)
{
	alpn->config = config;
	return protocol_list_parse(&alpn->list, "alpn", config->alpn);
}

void
alpn_close(struct alpn *alpn)
{
	textbuf_free(&alpn->list);
}

void
alpn_install(SSL_CTX *ctx, struct alpn *alpn)
{
	if (alpn->list.size > 0)
		SSL_CTX_set_alpn_select_cb(ctx, alpn_select, alpn);
}

static int
alpn_select(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_size,
    const unsigned char *offered, unsigned offered_size, void *arg)
{
	struct alpn *alpn = arg;
	bool speak = !alpn->config->quiet;
	unsigned char *name;

	(void)ssl;
	if (speak)
		alpn_print_advertised(offered, offered_size);
	if (SSL_select_next_proto(&name, chosen_size,
		(const unsigned char *)alpn->list.data,
		(unsigned)alpn->list.size, offered,
		offered_size) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = name;
	if (speak)
		alpn_print_selected(name, *chosen_size);
	return SSL_TLSEXT_ERR_OK;
}

/* libssl has checked the form of the list. */
static void
alpn_print_advertised(const unsigned char *list, size_t size)
{
	struct textbuf line;
	size_t i;

	textbuf_init(&line);
	textbuf_puts(&line, "ALPN protocols advertised by the client: ");
	for (i = 0; i < size; i += 1 + list[i]) {
		if (i > 0)
			textbuf_puts(&line, ", ");
		escape_line(&line, list + i + 1, list[i]);
	}
	textbuf_puts(&line, "\n");
	text_write(TEXT_OUT, line.data, line.size);
	textbuf_free(&line);
}

static void
alpn_print_selected(const unsigned char *name, size_t size)
{
	struct textbuf line;

	textbuf_init(&line);
	textbuf_puts(&line, "ALPN protocols selected: ");
	escape_line(&line, name, size);
	textbuf_puts(&line, "\n");
	text_write(TEXT_OUT, line.data, line.size);
	textbuf_free(&line);
}
