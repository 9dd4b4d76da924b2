/*
 * Measures the time that libssl itself takes in a server: client and server are
 * connected in memory, and only the server's calls are timed.
 *
 *	memory_handshake KIND CERTIFICATE KEY CONNECTIONS
 *
 * KIND is tls1_3 or tls1_2 (full handshakes), id, ticket, tls13, stateful or
 * early, as the load client names what is resumed. A connection is SSL_new, the
 * handshake, reading a request, writing the page, SSL_shutdown and SSL_free.
 * Prints "us 123.4", the CPU time of one connection.
 */
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "page.h"
#include "server_context.h"
#include "session_table.h"

/* Connections that go on in step: the clock is read once for all of them. */
#define PAIRS		50
#define CIPHERS		"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
#define CIPHERSUITES	"TLS_AES_256_GCM_SHA384"
#define GROUPS		"X25519:P-256"
#define EARLY_DATA_SIZE 16384

struct kind {
	const char *name;
	int version;
	bool resumes;
	bool table; /* the server keeps the sessions */
	bool early;
};

static const struct kind kinds[] = {
	{ "tls1_3", TLS1_3_VERSION, false, false, false },
	{ "tls1_2", TLS1_2_VERSION, false, false, false },
	{ "id", TLS1_2_VERSION, true, true, false },
	{ "ticket", TLS1_2_VERSION, true, false, false },
	{ "tls13", TLS1_3_VERSION, true, false, false },
	{ "stateful", TLS1_3_VERSION, true, true, false },
	{ "early", TLS1_3_VERSION, true, false, true },
};

struct pair {
	SSL *client;
	SSL *server;
	BIO *to_server;
	BIO *to_client;
	SSL_SESSION *session; /* for the next connection */
	bool offered; /* the client has offered a session */
	bool early_over; /* the server has read all early data */
};

static const struct kind *kind;
static SSL_CTX *client_ctx;
static SSL_CTX *server_ctx;
static struct pair pairs[PAIRS];

static const struct kind *
find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	errx(1, "no such kind: %s", name);
}

static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct pair *pair = SSL_get_app_data(ssl);

	SSL_SESSION_free(pair->session);
	pair->session = session;
	return 1;
}

static void
make_client_context(void)
{
	client_ctx = SSL_CTX_new(TLS_client_method());
	if (client_ctx == NULL ||
	    SSL_CTX_set_min_proto_version(client_ctx, kind->version) != 1 ||
	    SSL_CTX_set_max_proto_version(client_ctx, kind->version) != 1 ||
	    SSL_CTX_set_cipher_list(client_ctx, CIPHERS) != 1 ||
	    SSL_CTX_set_ciphersuites(client_ctx, CIPHERSUITES) != 1 ||
	    SSL_CTX_set1_groups_list(client_ctx, GROUPS) != 1)
		server_context_fail("client");
	SSL_CTX_set_session_cache_mode(
	    client_ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(client_ctx, keep_session);
}

static void
make_server_context(const char *certificate, const char *key)
{
	server_ctx = server_context(certificate, key);
	if (kind->table) {
		SSL_CTX_set_options(server_ctx, SSL_OP_NO_TICKET);
		session_table_serve(server_ctx);
	}
	if (kind->early)
		SSL_CTX_set_max_early_data(server_ctx, EARLY_DATA_SIZE);
}

/* After a call that failed: ends the program unless it has to wait. */
static void
must_wait(SSL *ssl, int n, const char *who)
{
	if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ)
		server_context_fail(who);
}

/* Client and server share the memory BIOs, whichever is freed first. */
static void
open_client(struct pair *pair)
{
	pair->client = SSL_new(client_ctx);
	pair->to_server = BIO_new(BIO_s_mem());
	pair->to_client = BIO_new(BIO_s_mem());
	if (pair->client == NULL || pair->to_server == NULL ||
	    pair->to_client == NULL)
		errx(1, "out of memory");
	BIO_set_mem_eof_return(pair->to_server, -1);
	BIO_set_mem_eof_return(pair->to_client, -1);
	BIO_up_ref(pair->to_server);
	BIO_up_ref(pair->to_client);
	SSL_set_bio(pair->client, pair->to_client, pair->to_server);
	SSL_set_connect_state(pair->client);
	SSL_set_app_data(pair->client, pair);
}

/* Keeps a copy of the newest session, which libssl cannot change. */
static void
offer_session(struct pair *pair)
{
	SSL_SESSION *copy = SSL_SESSION_dup(pair->session);

	if (copy == NULL || SSL_set_session(pair->client, copy) != 1)
		server_context_fail("session");
	SSL_SESSION_free(copy);
}

static void
client_step(struct pair *pair)
{
	int n = SSL_do_handshake(pair->client);

	if (n != 1)
		must_wait(pair->client, n, "client");
}

static void
begin(struct pair *pair)
{
	size_t size;

	open_client(pair);
	pair->early_over = !kind->early;
	pair->offered = kind->resumes && pair->session != NULL;
	if (pair->offered)
		offer_session(pair);
	if (kind->early && pair->offered &&
	    SSL_write_early_data(pair->client, PAGE_REQUEST,
		sizeof(PAGE_REQUEST) - 1, &size) != 1)
		server_context_fail("early data");
	else
		client_step(pair);
}

static void
open_server(struct pair *pair)
{
	pair->server = SSL_new(server_ctx);
	if (pair->server == NULL)
		errx(1, "out of memory");
	SSL_set_bio(pair->server, pair->to_server, pair->to_client);
	SSL_set_accept_state(pair->server);
}

/* Returns false if it must wait for more bytes. */
static bool
read_early_data(struct pair *pair)
{
	char request[PAGE_REQUEST_MAX];
	size_t size;
	int got;

	do
		got = SSL_read_early_data(
		    pair->server, request, sizeof(request), &size);
	while (got == SSL_READ_EARLY_DATA_SUCCESS);
	if (got == SSL_READ_EARLY_DATA_ERROR)
		must_wait(pair->server, 0, "early data");
	else
		pair->early_over = true;
	return pair->early_over;
}

static void
server_step(struct pair *pair)
{
	int n;

	if (!pair->early_over && !read_early_data(pair))
		return;
	if ((n = SSL_do_handshake(pair->server)) != 1)
		must_wait(pair->server, n, "server");
}

static void
send_request(struct pair *pair)
{
	client_step(pair);
	if (pair->offered && SSL_session_reused(pair->client) != 1)
		errx(1, "a session was not resumed");
	if (SSL_get_early_data_status(pair->client) !=
		SSL_EARLY_DATA_ACCEPTED &&
	    SSL_write(pair->client, PAGE_REQUEST, sizeof(PAGE_REQUEST) - 1) <=
		0)
		server_context_fail("request");
}

static void
answer(struct pair *pair)
{
	char request[PAGE_REQUEST_MAX];

	if (!kind->early ||
	    SSL_get_early_data_status(pair->server) != SSL_EARLY_DATA_ACCEPTED)
		if (SSL_read(pair->server, request, sizeof(request)) <= 0)
			server_context_fail("read");
	if (SSL_write(pair->server, page_answer, (int)page_answer_size) <= 0)
		server_context_fail("write");
	SSL_shutdown(pair->server);
	SSL_free(pair->server);
}

static void
end_client(struct pair *pair)
{
	char page[PAGE_REQUEST_MAX * 4];
	size_t size = 0;
	int n;

	while ((n = SSL_read(pair->client, page, sizeof(page))) > 0)
		size += (size_t)n;
	if (size != page_answer_size ||
	    SSL_get_error(pair->client, n) != SSL_ERROR_ZERO_RETURN)
		server_context_fail("page");
	SSL_shutdown(pair->client);
	SSL_free(pair->client);
}

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Returns the time that this took, in us. */
static double
for_all(void (*step)(struct pair *))
{
	double start = cpu_us();
	size_t i;

	for (i = 0; i < PAIRS; i++)
		step(&pairs[i]);
	return cpu_us() - start;
}

static bool
all_shaken(void)
{
	size_t i;

	for (i = 0; i < PAIRS; i++)
		if (!SSL_is_init_finished(pairs[i].server))
			return false;
	return true;
}

/* Runs a connection of each pair. Returns the servers' time in us. */
static double
connect_all(void)
{
	double used;

	for_all(begin);
	used = for_all(open_server);
	used += for_all(server_step);
	while (!all_shaken()) {
		for_all(client_step);
		used += for_all(server_step);
	}
	for_all(send_request);
	used += for_all(answer);
	for_all(end_client);
	return used;
}

int
main(int argc, char *argv[])
{
	const char *wrong = NULL;
	double used = 0;
	long long i, turns;

	if (argc != 5)
		errx(1,
		    "usage: memory_handshake KIND CERTIFICATE KEY "
		    "CONNECTIONS");
	kind = find_kind(argv[1]);
	turns = strtonum(argv[4], 1, INT_MAX, &wrong);
	if (wrong != NULL)
		errx(1, "connections: %s is %s", argv[4], wrong);
	turns = (turns + PAIRS - 1) / PAIRS;
	make_client_context();
	make_server_context(argv[2], argv[3]);
	/* The first ones set libssl up and make the sessions to resume. */
	connect_all();
	for (i = 0; i < turns; i++)
		used += connect_all();
	printf("us %.1f\n", used / (double)(turns * PAIRS));
	return 0;
}
