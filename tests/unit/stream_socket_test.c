/*
 * What is read from the socket of a stream, and what of it libssl gets.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <errno.h>

#include "net/stream_socket.h"
#include "unit.h"

struct ends {
	struct transport transport;
	int peer;
};

static struct ends
ends_new(bool reads_ahead)
{
	int fds[2];
	struct ends ends = { .peer = -1 };

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
	ends.transport.fd = fds[0];
	ends.transport.kind = &stream_socket_kind;
	ends.transport.can_read = true;
	ends.transport.reads_ahead = reads_ahead;
	ends.peer = fds[1];
	return ends;
}

static void
ends_free(struct ends *ends)
{
	textbuf_free(&ends->transport.in);
	close(ends->transport.fd);
	if (ends->peer != -1)
		close(ends->peer);
}

static void
say(struct ends *ends, const char *text)
{
	CHECK(write(ends->peer, text, strlen(text)) == (ssize_t)strlen(text));
}

/* Reads so much at most, and compares. */
static void
expect(struct ends *ends, size_t size, const char *text)
{
	char data[8192];
	ssize_t n = stream_socket_kind.receive(&ends->transport, data, size);

	CHECK(n == (ssize_t)strlen(text));
	CHECK(memcmp(data, text, (size_t)n) == 0);
}

static void
expect_nothing(struct ends *ends)
{
	char data[8192];

	errno = 0;
	CHECK(stream_socket_kind.receive(&ends->transport, data, 5) == -1);
	CHECK(errno == EAGAIN);
}

static int
left_in_socket(const struct ends *ends)
{
	int n = -1;

	CHECK(ioctl(ends->transport.fd, FIONREAD, &n) == 0);
	return n;
}

static void
test_pieces_are_read_at_once(void)
{
	struct ends ends = ends_new(true);

	say(&ends, "headerbody of itmore");
	expect(&ends, 6, "header");
	CHECK(left_in_socket(&ends) == 0);
	CHECK(ends.transport.read_bytes == 20);
	CHECK(memcmp(ends.transport.first, "heade", 5) == 0);
	expect(&ends, 10, "body of it");
	/* What comes meanwhile comes behind it. */
	say(&ends, "last");
	ends.transport.can_read = true;
	expect(&ends, 4096, "more");
	CHECK(ends.transport.in.data == NULL);
	expect(&ends, 4, "last");
	expect_nothing(&ends);
	close(ends.peer);
	ends.peer = -1;
	ends.transport.can_read = true;
	expect(&ends, 5, "");
	CHECK(ends.transport.at_eof);
	ends_free(&ends);
}

static void
test_without_reading_ahead(void)
{
	struct ends ends = ends_new(false);

	say(&ends, "headerbody");
	expect(&ends, 6, "header");
	CHECK(left_in_socket(&ends) == 4);
	expect(&ends, 5, "body");
	expect_nothing(&ends);
	ends_free(&ends);
}

/* A large read needs no copy. */
static void
test_large_reads(void)
{
	struct ends ends = ends_new(true);
	char data[4096 + 1];

	memset(data, 'x', sizeof(data) - 1);
	data[sizeof(data) - 1] = '\0';
	say(&ends, data);
	say(&ends, "y");
	expect(&ends, 4096, data);
	CHECK(ends.transport.in.data == NULL);
	CHECK(left_in_socket(&ends) == 1);
	ends_free(&ends);
}

static void
test_what_was_read_ahead_is_discarded(void)
{
	struct ends ends = ends_new(true);

	say(&ends, "headerbody");
	expect(&ends, 6, "header");
	say(&ends, "and more");
	ends.transport.can_read = true;
	CHECK(!stream_socket_discard(&ends.transport));
	CHECK(ends.transport.in.data == NULL);
	CHECK(left_in_socket(&ends) == 0);
	close(ends.peer);
	ends.peer = -1;
	ends.transport.can_read = true;
	CHECK(stream_socket_discard(&ends.transport));
	ends_free(&ends);
}

int
main(void)
{
	UNIT_RUN(test_pieces_are_read_at_once);
	UNIT_RUN(test_without_reading_ahead);
	UNIT_RUN(test_large_reads);
	UNIT_RUN(test_what_was_read_ahead_is_discarded);
	return unit_end();
}
