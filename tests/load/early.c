/*
 * A TLS 1.3 client that stops its handshake where its commands say so: what it
 * sends before its Finished is early data.
 *
 *	early PORT [SESSION [GROUPS]]
 *
 * offers the session in the file SESSION. The client reads commands from
 * standard input, one in each line, and prints each command when it is done:
 *
 *	say TEXT	as early data until the Finished is sent; \n and \r are
 *			line ends
 *	say-much BYTES	the same with this number of bytes
 *	hear TEXT	read until TEXT has come; the handshake does not go on
 *	stop		send EndOfEarlyData, but not yet the Finished
 *	finish		send the Finished; prints "finish: " and how the server
 *			took session and early data
 *	end		read to the end; prints "end: notified" or "end: cut"
 *	save FILE	write all that was read to FILE
 *	ticket FILE	write the newest session to FILE; there must be one
 *	goodbye		send a close_notify
 *
 * At the end of its input the client closes the connection, without a
 * close_notify unless "goodbye" was given. The exit status is 1 if a command
 * fails.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "loopback.h"
#include "session_file.h"

#define WAIT_S	    20
#define RECORD_HEAD 5 /* RFC 8446, section 5.1 */
#define PIECE	    (16 * 1024)

struct client {
	SSL *ssl;
	int fd;
	BIO *kept; /* part of the last flight that is not sent yet */
	bool finished;
	SSL_SESSION *session; /* the newest one, or NULL */
	char *heard;
	size_t size;
	size_t room; /* the size of heard */
};

static void
fail(const struct client *client, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	errx(1, "%s: %s; heard %zu bytes: %.200s", what,
	    reason == NULL ? "no reason given" : reason, client->size,
	    client->heard == NULL ? "" : client->heard);
}

static void
unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++)
		if (*text == '\\' && (text[1] == 'n' || text[1] == 'r'))
			*to++ = *++text == 'n' ? '\n' : '\r';
		else
			*to++ = *text;
	*to = '\0';
}

/* Returns false if the server has closed the connection. */
static bool
hear_more(struct client *client)
{
	size_t got;

	if (client->room - client->size <= PIECE) {
		client->room = client->room * 2 + PIECE + 1;
		client->heard = realloc(client->heard, client->room);
	}
	if (client->heard == NULL)
		errx(1, "out of memory");
	if (SSL_read_ex(
		client->ssl, client->heard + client->size, PIECE, &got) != 1)
		got = 0;
	client->size += got;
	client->heard[client->size] = '\0';
	return got > 0;
}

static void
send_text(struct client *client, const char *text, size_t size)
{
	size_t written;
	int result = client->finished
	    ? SSL_write_ex(client->ssl, text, size, &written)
	    : SSL_write_early_data(client->ssl, text, size, &written);

	if (result != 1 || written != size)
		fail(client, "say");
	puts("say");
}

static void
say(struct client *client, char *text)
{
	unescape(text);
	send_text(client, text, strlen(text));
}

static void
say_much(struct client *client, char *number)
{
	size_t size = strtoul(number, NULL, 10);
	char *text = malloc(size);

	if (text == NULL)
		errx(1, "out of memory");
	memset(text, 'e', size);
	send_text(client, text, size);
	free(text);
}

static void
hear(struct client *client, char *text)
{
	unescape(text);
	while (client->size == 0 || strstr(client->heard, text) == NULL)
		if (!hear_more(client))
			fail(client, text);
	puts("hear");
}

static void
send_all(const struct client *client, const char *data, size_t size)
{
	if (send(client->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		err(1, "send");
}

/* The last flight consists of two records. */
static void
stop(struct client *client, char *unused)
{
	BIO *socket = SSL_get_wbio(client->ssl);
	char *data;
	size_t size;

	(void)unused;
	if ((client->kept = BIO_new(BIO_s_mem())) == NULL ||
	    BIO_up_ref(socket) != 1 || BIO_up_ref(client->kept) != 1)
		errx(1, "out of memory");
	SSL_set0_wbio(client->ssl, client->kept);
	if (SSL_do_handshake(client->ssl) != 1)
		fail(client, "stop");
	SSL_set0_wbio(client->ssl, socket);
	if (BIO_get_mem_data(client->kept, &data) <= RECORD_HEAD)
		errx(1, "no flight");
	size = RECORD_HEAD + ((size_t)(unsigned char)data[3] << 8) +
	    (unsigned char)data[4];
	send_all(client, data, size);
	while (size-- > 0)
		if (BIO_read(client->kept, &(char){ 0 }, 1) != 1)
			errx(1, "less than a record");
	puts("stop");
}

static const char *
early_data(const struct client *client)
{
	switch (SSL_get_early_data_status(client->ssl)) {
	case SSL_EARLY_DATA_ACCEPTED:
		return "accepted";
	case SSL_EARLY_DATA_REJECTED:
		return "rejected";
	default:
		return "not sent";
	}
}

static void
finish(struct client *client, char *unused)
{
	char *data;
	long size;

	(void)unused;
	if (SSL_do_handshake(client->ssl) != 1)
		fail(client, "finish");
	if (client->kept != NULL) {
		size = BIO_get_mem_data(client->kept, &data);
		send_all(client, data, (size_t)size);
		BIO_free(client->kept);
		client->kept = NULL;
	}
	client->finished = true;
	printf("finish: %s, early data %s\n",
	    SSL_session_reused(client->ssl) ? "reused" : "new",
	    early_data(client));
}

static void
end(struct client *client, char *unused)
{
	(void)unused;
	while (hear_more(client))
		;
	printf("end: %s\n",
	    SSL_get_shutdown(client->ssl) & SSL_RECEIVED_SHUTDOWN ? "notified"
								  : "cut");
}

static void
goodbye(struct client *client, char *unused)
{
	(void)unused;
	SSL_shutdown(client->ssl);
	puts("goodbye");
}

static void
save(struct client *client, char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL ||
	    fwrite(client->heard, 1, client->size, file) != client->size ||
	    fclose(file) != 0)
		err(1, "%s", path);
	puts("save");
}

static void
ticket(struct client *client, char *path)
{
	FILE *file;

	if (client->session == NULL)
		fail(client, "no ticket");
	if ((file = fopen(path, "w")) == NULL ||
	    PEM_write_SSL_SESSION(file, client->session) != 1 ||
	    fclose(file) != 0)
		err(1, "%s", path);
	puts("ticket");
}

static const struct {
	const char *name;
	void (*run)(struct client *, char *argument);
} commands[] = {
	{ "say", say },
	{ "say-much", say_much },
	{ "hear", hear },
	{ "stop", stop },
	{ "finish", finish },
	{ "end", end },
	{ "goodbye", goodbye },
	{ "save", save },
	{ "ticket", ticket },
};

static void
obey(struct client *client, char *line)
{
	char *argument = line;
	const char *name = strsep(&argument, " \n");
	size_t i;

	argument[strcspn(argument, "\n")] = '\0';
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0) {
			ERR_clear_error();
			commands[i].run(client, argument);
			fflush(stdout);
			return;
		}
	errx(1, "%s?", name);
}

static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct client *client = SSL_get_app_data(ssl);

	SSL_SESSION_free(client->session);
	client->session = session;
	return 1;
}

static void
offer_session(SSL *ssl, const char *path)
{
	SSL_SESSION *session = session_file_read(path);

	if (SSL_set_session(ssl, session) != 1)
		errx(1, "%s: no session", path);
	SSL_SESSION_free(session);
}

static void
prepare(struct client *client, SSL_CTX *ctx, const char *port)
{
	struct timeval limit = { .tv_sec = WAIT_S };

	client->fd = loopback_connect(port, LOOPBACK_AS_USUAL);
	if (setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
		sizeof(limit)) == -1)
		err(1, "setsockopt");
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, keep_session);
	if ((client->ssl = SSL_new(ctx)) == NULL ||
	    SSL_set_fd(client->ssl, client->fd) != 1)
		errx(1, "out of memory");
	SSL_set_app_data(client->ssl, client);
	SSL_set_connect_state(client->ssl);
}

int
main(int argc, char *argv[])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct client client = { .finished = false };
	char *line = NULL;
	size_t size = 0;

	if (argc < 2 || argc > 4)
		errx(1, "usage: early PORT [SESSION [GROUPS]]");
	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    (argc > 3 && SSL_CTX_set1_groups_list(ctx, argv[3]) != 1))
		errx(1, "no context");
	prepare(&client, ctx, argv[1]);
	if (argc > 2)
		offer_session(client.ssl, argv[2]);
	while (getline(&line, &size, stdin) > 0)
		obey(&client, line);
	close(client.fd);
	free(line);
	BIO_free(client.kept);
	SSL_SESSION_free(client.session);
	SSL_free(client.ssl);
	SSL_CTX_free(ctx);
	free(client.heard);
	return 0;
}
