/*
 * A client that ends its connection in a given way.
 *
 *	leave PORT VERSION SESSIONS HOW PREFIX [SESSION]
 *
 * Does a handshake with TLS VERSION, 1.2 or 1.3, and offers the session in the
 * file SESSION. Writes its first SESSIONS new sessions to PREFIX-1, PREFIX-2
 * and so on. Prints "new" or "reused". Then ends the connection, as HOW says:
 *
 *	orderly	with close_notify
 *	silent	without close_notify
 *	reset	with a TCP reset
 *	alert	with a fatal alert
 *	refuse	with a fatal alert in the handshake, once the server has
 *		answered; prints nothing
 *
 * and waits until the server has closed the connection, too.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "loopback.h"
#include "session_file.h"

#define WAIT_S 20

struct client {
	SSL *ssl;
	int fd;
	const char *prefix;
	long sessions; /* number of sessions so far */
};

static int
connect_to(const char *port)
{
	struct timeval limit = { .tv_sec = WAIT_S };
	int fd = loopback_connect(port, LOOPBACK_AS_USUAL);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ==
	    -1)
		err(1, "setsockopt");
	return fd;
}

static int
write_session(SSL *ssl, SSL_SESSION *session)
{
	struct client *client = SSL_get_app_data(ssl);
	char path[256];
	FILE *file;

	snprintf(
	    path, sizeof(path), "%s-%ld", client->prefix, ++client->sessions);
	if ((file = fopen(path, "w")) == NULL ||
	    PEM_write_SSL_SESSION(file, session) != 1 || fclose(file) != 0)
		err(1, "%s", path);
	return 0;
}

static void
open_client(struct client *client, int version, const char *path)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL_SESSION *session;

	if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, version) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, version) != 1)
		errx(1, "no context");
	/* A ticket ends a read. */
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, write_session);
	if ((client->ssl = SSL_new(ctx)) == NULL ||
	    SSL_set_fd(client->ssl, client->fd) != 1)
		errx(1, "out of memory");
	SSL_CTX_free(ctx);
	SSL_set_app_data(client->ssl, client);
	if (path == NULL)
		return;
	session = session_file_read(path);
	SSL_set_session(client->ssl, session);
	SSL_SESSION_free(session);
}

/*
 * libssl reads bytes that no server sends, from memory instead of the socket,
 * and so sends a fatal alert.
 */
static void
send_alert(struct client *client)
{
	static const char nonsense[] = "no record of any protocol";
	BIO *in = BIO_new_mem_buf(nonsense, sizeof(nonsense) - 1);
	char byte;

	if (in == NULL)
		errx(1, "out of memory");
	SSL_set0_rbio(client->ssl, in);
	if (SSL_read(client->ssl, &byte, 1) > 0)
		errx(1, "nonsense is taken");
}

/* Like a client that refuses the server's answer; nothing of it is read. */
static void
refuse_answer(struct client *client)
{
	/* RFC 8446, section 6: handshake_failure */
	static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 40 };
	char byte;

	SSL_set0_rbio(client->ssl, BIO_new(BIO_s_mem()));
	SSL_connect(client->ssl);
	if (recv(client->fd, &byte, 1, MSG_PEEK) != 1)
		err(1, "no answer");
	if (send(client->fd, alert, sizeof(alert), MSG_NOSIGNAL) == -1)
		err(1, "send");
}

static void
shake_hands(struct client *client, long sessions)
{
	char byte;

	if (SSL_connect(client->ssl) != 1)
		errx(1, "no handshake");
	while (client->sessions < sessions &&
	    !SSL_session_reused(client->ssl) &&
	    (SSL_read(client->ssl, &byte, 1) > 0 ||
		SSL_get_error(client->ssl, -1) == SSL_ERROR_WANT_READ))
		;
	puts(SSL_session_reused(client->ssl) ? "reused" : "new");
}

static void
leave(struct client *client, const char *how)
{
	struct linger at_once = { .l_onoff = 1 };
	char data[4096];
	ssize_t n;

	if (strcmp(how, "orderly") == 0)
		SSL_shutdown(client->ssl);
	else if (strcmp(how, "alert") == 0)
		send_alert(client);
	else if (strcmp(how, "reset") == 0) {
		setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once,
		    sizeof(at_once));
		close(client->fd);
		return;
	}
	shutdown(client->fd, SHUT_WR);
	while ((n = recv(client->fd, data, sizeof(data), 0)) > 0)
		;
	if (n == -1 && errno != ECONNRESET)
		err(1, "the server does not close");
}

int
main(int argc, char *argv[])
{
	struct client client = { .ssl = NULL };

	if (argc != 6 && argc != 7)
		errx(1,
		    "usage: leave PORT VERSION SESSIONS HOW PREFIX [SESSION]");
	client.fd = connect_to(argv[1]);
	client.prefix = argv[5];
	open_client(&client,
	    strcmp(argv[2], "1.2") == 0 ? TLS1_2_VERSION : TLS1_3_VERSION,
	    argv[6]);
	if (strcmp(argv[4], "refuse") == 0)
		refuse_answer(&client);
	else
		shake_hands(&client, strtol(argv[3], NULL, 10));
	leave(&client, argv[4]);
	SSL_free(client.ssl);
	return 0;
}
