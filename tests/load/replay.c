/*
 * Records a client's first flight with early data and sends it over many
 * connections at once, round after round.
 *
 *	replay PORT [ROUNDS [COPIES [kill MASTER | closed]]]
 *
 * Each round makes a TLS 1.3 session by a full handshake, then the first flight
 * of a client that resumes it, with the line "round N" as early data, and sends
 * that one flight over COPIES connections from several threads. A server that
 * resumes the session says so in the clear, by the pre_shared_key extension of
 * its ServerHello (RFC 8446, section 4.2.11); it accepts early data only if it
 * resumes the session.
 *
 * With kill, a child of the process MASTER is killed in each round during the
 * copies, the oldest child first; a missing answer is then not a failure. With
 * closed, nothing more is sent, and the program waits until the server closes.
 *
 * Prints in how many rounds the session was resumed never, once, and more than
 * once. The exit status is 0 if it was once in each round; with kill, if it was
 * never more than once.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#define COPIES_MAX	   1024
#define SENDERS		   4
#define ANSWER_MS	   20000
#define CONTENT_HANDSHAKE  22 /* RFC 8446, section 5.1 */
#define MESSAGE_HELLO	   2 /* ServerHello; section 4 */
#define EXTENSION_PSK	   41 /* section 4.2 */
#define HEADERS_SIZE	   (5 + 4) /* the headers of record and message */
#define HELLO_RECORD_BYTES 4096 /* with a share of a post-quantum group */
/* So each of four workers lives long enough not to count as a failing one. */
#define KILL_PACE_MS 40

enum answer { ANSWER_NONE, ANSWER_FULL, ANSWER_RESUMED };

struct settings {
	struct sockaddr_in server;
	unsigned rounds;
	unsigned copies;
	pid_t master; /* its children are killed; 0: none are killed */
	bool closed;
};

/* The bytes that a round sends, and its connections. */
struct volley {
	unsigned char *flight;
	size_t size;
	int fd[COPIES_MAX];
	unsigned copies;
	pid_t victim; /* 0: none */
	pthread_barrier_t start;
};

struct sender {
	struct volley *volley;
	unsigned number; /* sends every SENDERSth copy */
};

static int
connect_to(const struct sockaddr_in *server)
{
	struct timeval limit = { .tv_sec = ANSWER_MS / 1000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ==
		-1 ||
	    connect(fd, (const struct sockaddr *)server, sizeof(*server)) == -1)
		err(1, "connect");
	return fd;
}

static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	SSL_SESSION **kept = SSL_get_app_data(ssl);

	if (kept == NULL || *kept != NULL)
		return 0;
	*kept = session;
	return 1;
}

static SSL_CTX *
new_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL ||
	    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1)
		errx(1, "no context");
	/* A ticket ends a read. */
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, keep_session);
	return ctx;
}

/*
 * Returns NULL if the connection failed, which is allowed while the server's
 * workers are killed.
 */
static SSL_SESSION *
try_session(SSL_CTX *ctx, const struct sockaddr_in *server)
{
	SSL *ssl = SSL_new(ctx);
	SSL_SESSION *session = NULL;
	int fd = connect_to(server);
	char byte;

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		errx(1, "out of memory");
	SSL_set_app_data(ssl, &session);
	if (SSL_connect(ssl) == 1)
		while (session == NULL &&
		    (SSL_read(ssl, &byte, 1) > 0 ||
			SSL_get_error(ssl, -1) == SSL_ERROR_WANT_READ))
			;
	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
	return session;
}

static SSL_SESSION *
new_session(SSL_CTX *ctx, const struct settings *settings)
{
	SSL_SESSION *session;
	int tries = settings->master != 0 ? 10 : 1;

	do
		session = try_session(ctx, &settings->server);
	while (session == NULL && --tries > 0);
	if (session == NULL)
		errx(1, "no session");
	if (SSL_SESSION_get_max_early_data(session) == 0)
		errx(1, "the session allows no early data");
	return session;
}

/* Makes the bytes of the ClientHello and of the early data. */
static void
record_flight(
    SSL_CTX *ctx, SSL_SESSION *session, unsigned round, struct volley *volley)
{
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	char text[32], *data;
	size_t size, written;
	long total;

	if (ssl == NULL || in == NULL || out == NULL)
		errx(1, "out of memory");
	SSL_set_bio(ssl, in, out);
	SSL_set_connect_state(ssl);
	size = (size_t)snprintf(text, sizeof(text), "round %u\n", round);
	if (SSL_set_session(ssl, session) != 1 ||
	    SSL_write_early_data(ssl, text, size, &written) != 1 ||
	    written != size)
		errx(1, "no early data");
	total = BIO_get_mem_data(out, &data);
	volley->size = (size_t)total;
	if ((volley->flight = malloc(volley->size)) == NULL)
		errx(1, "out of memory");
	memcpy(volley->flight, data, volley->size);
	SSL_free(ssl);
}

/* Returns the oldest child, or 0; its slot has had no death for longest. */
static pid_t
oldest_child(pid_t master)
{
	char path[64], line[1024] = "";
	FILE *children;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)master,
	    (int)master);
	if ((children = fopen(path, "re")) == NULL)
		err(1, "%s", path);
	if (fgets(line, sizeof(line), children) == NULL)
		line[0] = '\0';
	fclose(children);
	return (pid_t)strtol(line, NULL, 10);
}

/* Ignores errors: the server may have closed the connection already. */
static void *
send_copies(void *arg)
{
	struct sender *sender = arg;
	struct volley *volley = sender->volley;
	unsigned i;

	pthread_barrier_wait(&volley->start);
	for (i = sender->number; i < volley->copies; i += SENDERS) {
		if (volley->victim != 0 && i == volley->copies / 2)
			kill(volley->victim, SIGKILL);
		if (send(volley->fd[i], volley->flight, volley->size,
			MSG_NOSIGNAL) != (ssize_t)volley->size &&
		    volley->victim == 0)
			err(1, "send");
	}
	return NULL;
}

static void
fire(struct volley *volley)
{
	struct sender sender[SENDERS];
	pthread_t thread[SENDERS];
	unsigned i;

	if (pthread_barrier_init(&volley->start, NULL, SENDERS) != 0)
		errx(1, "pthread_barrier_init");
	for (i = 0; i < SENDERS; i++) {
		sender[i] = (struct sender){ volley, i };
		if (pthread_create(&thread[i], NULL, send_copies, &sender[i]) !=
		    0)
			errx(1, "pthread_create");
	}
	for (i = 0; i < SENDERS; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&volley->start);
}

/* Returns false if the server closed or sent nothing for too long. */
static bool
receive(int fd, unsigned char *data, size_t size)
{
	return recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

static size_t
read_number(const unsigned char *data)
{
	return (size_t)data[0] << 8 | data[1];
}

/* Returns true if the ServerHello, without headers, has the extension. */
static bool
hello_has(const unsigned char *hello, size_t size, size_t extension)
{
	size_t at = 2 + 32; /* version and random */

	if (at >= size)
		return false;
	at += 1 + (size_t)hello[at]; /* session ID */
	at += 2 + 1 + 2; /* cipher suite, compression, size of extensions */
	while (at + 4 <= size) {
		if (read_number(hello + at) == extension)
			return true;
		at += 4 + read_number(hello + at + 2);
	}
	return false;
}

static enum answer
read_answer(int fd)
{
	unsigned char record[HELLO_RECORD_BYTES];
	size_t size;

	if (!receive(fd, record, HEADERS_SIZE))
		return ANSWER_NONE;
	size = read_number(record + 3) - 4;
	if (record[0] != CONTENT_HANDSHAKE || record[5] != MESSAGE_HELLO ||
	    size > sizeof(record) - HEADERS_SIZE)
		errx(1, "the answer is no ServerHello");
	if (!receive(fd, record + HEADERS_SIZE, size))
		return ANSWER_NONE;
	return hello_has(record + HEADERS_SIZE, size, EXTENSION_PSK)
	    ? ANSWER_RESUMED
	    : ANSWER_FULL;
}

static void
wait_closed(int fd)
{
	char data[4096];
	ssize_t n;

	while ((n = recv(fd, data, sizeof(data), 0)) > 0)
		;
	if (n == -1 && errno != ECONNRESET)
		err(1, "the server does not close");
}

/* Returns how often the session was resumed. */
static unsigned
play_round(SSL_CTX *ctx, const struct settings *settings, unsigned round)
{
	struct volley volley = { .copies = settings->copies };
	SSL_SESSION *session = new_session(ctx, settings);
	unsigned i, resumed = 0;
	enum answer answer;

	record_flight(ctx, session, round, &volley);
	SSL_SESSION_free(session);
	if (settings->master != 0) {
		poll(NULL, 0, KILL_PACE_MS);
		volley.victim = oldest_child(settings->master);
	}
	for (i = 0; i < volley.copies; i++)
		volley.fd[i] = connect_to(&settings->server);
	fire(&volley);
	for (i = 0; i < volley.copies; i++) {
		answer = read_answer(volley.fd[i]);
		if (answer == ANSWER_NONE && settings->master == 0)
			errx(1, "round %u: no answer", round);
		resumed += answer == ANSWER_RESUMED;
		if (settings->closed)
			wait_closed(volley.fd[i]);
		close(volley.fd[i]);
	}
	free(volley.flight);
	return resumed;
}

static unsigned
to_number(const char *text, long long most)
{
	const char *error;
	long long number = strtonum(text, 1, most, &error);

	if (error != NULL)
		errx(1, "%s is %s", text, error);
	return (unsigned)number;
}

static void
read_settings(int argc, char *argv[], struct settings *settings)
{
	if (argc < 2 || argc > 6)
		errx(1,
		    "usage: replay PORT [ROUNDS [COPIES [kill MASTER | "
		    "closed]]]");
	settings->server.sin_family = AF_INET;
	settings->server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	settings->server.sin_port =
	    htons((uint16_t)to_number(argv[1], UINT16_MAX));
	settings->rounds = argc > 2 ? to_number(argv[2], 1000000) : 1;
	settings->copies = argc > 3 ? to_number(argv[3], COPIES_MAX) : 1;
	if (argc == 5 && strcmp(argv[4], "closed") == 0)
		settings->closed = true;
	else if (argc == 6 && strcmp(argv[4], "kill") == 0)
		settings->master = (pid_t)to_number(argv[5], INT32_MAX);
	else if (argc > 4)
		errx(1, "%s?", argv[4]);
}

int
main(int argc, char *argv[])
{
	struct settings settings = { .rounds = 1 };
	unsigned round, resumed, count[3] = { 0 };
	SSL_CTX *ctx = new_context();

	read_settings(argc, argv, &settings);
	/* Of a server that is killed. */
	signal(SIGPIPE, SIG_IGN);
	for (round = 1; round <= settings.rounds; round++) {
		resumed = play_round(ctx, &settings, round);
		count[resumed < 2 ? resumed : 2]++;
	}
	SSL_CTX_free(ctx);
	printf("rounds %u copies %u: never %u once %u more %u\n",
	    settings.rounds, settings.copies, count[0], count[1], count[2]);
	return count[2] > 0 || (count[0] > 0 && settings.master == 0);
}
