#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "foundation/text.h"
#include "link/commands.h"
#include "link/stream.h"
#include "tls/base/tls_error.h"

struct command {
	char letter;
	/* The SSL_VERIFY_... bits to set; 0: unchanged. */
	int verify;
	int (*start)(SSL *);
	/* If start fails, report it and do not shake hands. */
	bool must_start;
};

static int command_update(SSL *);
static int command_update_both(SSL *);

static const struct command commands[] = {
	{ 'r', 0, SSL_renegotiate, false },
	{ 'R', SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, SSL_renegotiate,
	    false },
	{ 'k', 0, command_update, false },
	{ 'K', 0, command_update_both, false },
	{ 'c', SSL_VERIFY_PEER, SSL_verify_client_post_handshake, true },
};

/* A command must be alone on its line. */
const struct command *
command_find(const char *unit, size_t size)
{
	size_t i;

	if (size < 2 || (unit[1] != '\n' && unit[1] != '\r'))
		return NULL;
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (commands[i].letter == unit[0])
			return &commands[i];
	return NULL;
}

/*
 * A command that this version of TLS does not know leaves an error in the
 * queue, which must not be printed with a later one.
 */
void
command_run(const struct command *command, struct link *link)
{
	SSL *ssl = link->ssl;

	ERR_clear_error();
	/* The stock program does so; it shows where a record held no data. */
	SSL_set_read_ahead(ssl, 0);
	if (command->verify != 0)
		SSL_set_verify(ssl, command->verify, NULL);
	if (command->start(ssl) != 1 && command->must_start) {
		text_printf(TEXT_OUT, "Failed to initiate request\n");
		tls_error_print();
		return;
	}
	text_printf(
	    TEXT_OUT, "SSL_do_handshake -> %d\n", stream_handshake(link));
	ERR_clear_error();
}

int
command_renegotiate(struct link *link, bool with_certificate)
{
	SSL *ssl = link->ssl;
	int result;

	ERR_clear_error();
	if (with_certificate)
		SSL_set_verify(
		    ssl, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, NULL);
	result = SSL_renegotiate(ssl);
	text_printf(TEXT_OUT, "SSL_renegotiate -> %d\n", result);
	ERR_clear_error();
	if (result != 1)
		return 0;
	if ((result = stream_handshake(link)) > 0)
		return 1;
	text_printf(TEXT_OUT, "SSL_do_handshake() Retval %d\n",
	    SSL_get_error(ssl, result));
	tls_error_print();
	return -1;
}

static int
command_update(SSL *ssl)
{
	return SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
}

static int
command_update_both(SSL *ssl)
{
	return SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
}
