/*
 * Asks a session store, for tests with a real one:
 *
 *	store_drive URI TIMEOUT_MS [PASSWORD [CA_FILE]]
 *
 * reads questions, a line each, and prints what came of each: found and the
 * value, missed, done or failed. In place of a question "wait N" waits so many
 * milliseconds.
 *
 *	put ID VALUE
 *	get ID
 *	take ID
 *	remove ID
 */
#include <poll.h>
#include <stdatomic.h>

#include "base/loop.h"
#include "config/store_uri.h"
#include "store/store.h"
#include "store/store_start.h"
#include "unit.h"

#define LIFETIME_MS 60000
#define TURN_MS	    5

static struct loop loop;
static bool is_heard;

static void
on_heard(void *arg, const struct store_answer *answer)
{
	static const char *const words[] = { "found", "missed", "done",
		"failed" };

	(void)arg;
	is_heard = true;
	printf("%s", words[answer->verdict]);
	if (answer->verdict == STORE_FOUND)
		printf(
		    " %.*s", (int)answer->size, (const char *)answer->session);
	printf("\n");
	fflush(stdout);
}

static void
on_turn(void *arg)
{
	(void)arg;
}

static void
on_timer(void *arg)
{
	(void)arg;
	is_heard = true;
}

/* The store goes on while nobody asks. */
static void
turn(void)
{
	static struct loop_timer timer = { .run = on_turn };

	loop_timer_set(&loop, &timer, TURN_MS);
	loop_wait(&loop);
	loop_dispatch(&loop);
	loop_timer_stop(&loop, &timer);
}

static void
ask(struct store *store, char *line)
{
	struct store_ask question = { .heard = on_heard };
	struct loop_timer timer = { .run = on_timer };
	char *save, *word = strtok_r(line, " \n", &save),
		    *id = strtok_r(NULL, " \n", &save),
		    *value = strtok_r(NULL, "\n", &save);
	const uint8_t *bytes = (const uint8_t *)id;

	CHECK(id != NULL);
	is_heard = false;
	if (strcmp(word, "put") == 0)
		store_put(store, &question, bytes, strlen(id),
		    (const uint8_t *)value, strlen(value), LIFETIME_MS, false);
	else if (strcmp(word, "get") == 0)
		store_get(store, &question, bytes, strlen(id));
	else if (strcmp(word, "take") == 0)
		store_take(store, &question, bytes, strlen(id));
	else if (strcmp(word, "wait") == 0)
		loop_timer_set(&loop, &timer, (int64_t)strtol(id, NULL, 10));
	else if (strcmp(word, "remove") == 0)
		store_remove(store, bytes, strlen(id));
	while (!is_heard && strcmp(word, "remove") != 0)
		turn();
	loop_timer_stop(&loop, &timer);
}

static int
find(void *arg, int64_t since_ms, struct store_address *address,
    unsigned *count, struct textbuf *why)
{
	(void)arg;
	(void)since_ms;
	(void)address;
	*count = 0;
	textbuf_puts(why, "names are not looked up here");
	return -1;
}

static SSL_CTX *
trusting(const char *ca_file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	CHECK(ctx != NULL);
	CHECK(SSL_CTX_load_verify_locations(ctx, ca_file, NULL) == 1);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

int
main(int argc, char *argv[])
{
	static _Atomic int64_t said_ms;
	static struct store_uri uri;
	struct store_start start = { .prefix = "s_server:" };
	struct store *store;
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char line[4096];

	CHECK(argc >= 3 && store_uri_parse(&uri, argv[1]) == NULL);
	start.link = (struct store_link_setup){ .loop = &loop,
		.uri = &uri,
		.password = argc > 3 && *argv[3] != '\0' ? argv[3] : NULL,
		.tls = argc > 4 ? trusting(argv[4]) : NULL,
		.timeout_ms = (int)unit_number(argc, argv, 2, 0),
		.find = find,
		.said_ms = &said_ms };
	CHECK(loop_open(&loop) == 0);
	store = store_begin(&start);
	setvbuf(stdin, NULL, _IONBF, 0);
	for (;;) {
		while (poll(&input, 1, 0) == 0)
			turn();
		if (fgets(line, sizeof(line), stdin) == NULL)
			break;
		ask(store, line);
	}
	store_close(store);
	SSL_CTX_free(start.link.tls);
	return 0;
}
