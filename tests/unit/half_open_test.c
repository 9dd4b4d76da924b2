/*
 * The limit on open handshakes, with several processes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>

#include "shared/half_open.h"
#include "unit.h"

#define SLOTS	8
#define SOURCES 200

static struct half_open *
half_open_new(unsigned limit)
{
	return half_open_init(unit_share(half_open_size(SLOTS)), limit, SLOTS);
}

static const struct sockaddr_storage *
source_of(const char *address, in_port_t port)
{
	static struct sockaddr_storage source;
	struct sockaddr_in *four = (struct sockaddr_in *)&source;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&source;

	memset(&source, 0, sizeof(source));
	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
	} else {
		CHECK(inet_pton(AF_INET6, address, &six->sin6_addr) == 1);
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
	}
	return &source;
}

static const struct sockaddr_storage *
source_number(unsigned number)
{
	char address[INET_ADDRSTRLEN];
	struct in_addr in = { .s_addr = htonl(0x0a000000 + number) };

	CHECK(inet_ntop(AF_INET, &in, address, sizeof(address)) != NULL);
	return source_of(address, 1);
}

/* Enters until it is refused, each time in another process. */
static unsigned
take_all(struct half_open *half_open, const char *address)
{
	enum half_open_verdict verdict;
	unsigned n = 0;

	while ((verdict = half_open_enter(half_open, n % SLOTS,
		    source_of(address, (in_port_t)n))) == HALF_OPEN_ENTERED)
		n++;
	CHECK(verdict == HALF_OPEN_SHARE);
	return n;
}

static void
test_a_source_has_half_of_what_is_free(void)
{
	struct half_open *half_open = half_open_new(320);

	CHECK(take_all(half_open, "192.0.2.1") == 160);
	CHECK(take_all(half_open, "192.0.2.2") == 80);
	CHECK(take_all(half_open, "2001:db8::1") == 40);
	half_open_leave(half_open, 0, source_of("192.0.2.1", 0));
	CHECK(half_open_enter(half_open, 3, source_of("192.0.2.3", 1)) ==
	    HALF_OPEN_ENTERED);
	CHECK(half_open_enter(half_open, 0, source_of("192.0.2.1", 0)) ==
	    HALF_OPEN_SHARE);
}

static void
test_all_places_are_for_many_sources(void)
{
	struct half_open *half_open = half_open_new(SOURCES);
	unsigned i;

	for (i = 0; i < SOURCES; i++)
		CHECK(half_open_enter(half_open, i % SLOTS, source_number(i)) !=
		    HALF_OPEN_FULL);
	for (i = 0; i < SOURCES; i++)
		if (half_open_enter(half_open, 0, source_number(SOURCES + i)) ==
		    HALF_OPEN_FULL)
			break;
	CHECK(i < SOURCES);
}

static void
test_the_least_limits(void)
{
	struct half_open *half_open = half_open_new(1);

	CHECK(half_open_enter(half_open, 0, source_of("::1", 1)) ==
	    HALF_OPEN_ENTERED);
	CHECK(half_open_enter(half_open, 1, source_of("::2", 1)) ==
	    HALF_OPEN_FULL);
	half_open_leave(half_open, 0, source_of("::1", 1));
	CHECK(half_open_enter(half_open, 1, source_of("::2", 1)) ==
	    HALF_OPEN_ENTERED);
	CHECK(take_all(half_open_new(2), "::1") == 1);
	CHECK(take_all(half_open_new(8), "::1") == 4);
}

/* All addresses of an IPv6 network are one source; each IPv4 address is one. */
static void
test_what_one_source_is(void)
{
	struct half_open *half_open = half_open_new(100);

	CHECK(take_all(half_open, "2001:db8:0:1::1") == 50);
	CHECK(half_open_enter(half_open, 0,
		  source_of("2001:db8:0:1:ffff::2", 1)) == HALF_OPEN_SHARE);
	CHECK(half_open_enter(half_open, 0, source_of("2001:db8:0:2::1", 1)) ==
	    HALF_OPEN_ENTERED);
	half_open = half_open_new(100);
	CHECK(take_all(half_open, "::ffff:192.0.2.1") == 50);
	CHECK(half_open_enter(half_open, 0, source_of("192.0.2.1", 1)) ==
	    HALF_OPEN_SHARE);
	CHECK(half_open_enter(half_open, 0, source_of("::ffff:192.0.2.2", 1)) ==
	    HALF_OPEN_ENTERED);
}

static void
test_the_dead_give_back(void)
{
	struct half_open *half_open = half_open_new(320);
	unsigned i;

	CHECK(take_all(half_open, "192.0.2.1") == 160);
	for (i = 0; i < SLOTS / 2; i++)
		half_open_bury(half_open, i);
	/* Half of all places, then half of the rest. */
	CHECK(take_all(half_open, "192.0.2.1") == 80);
	for (i = 0; i < SLOTS; i++)
		half_open_bury(half_open, i);
	CHECK(take_all(half_open, "192.0.2.2") == 160);
}

/* Enters and leaves until it is killed; never sees more than the limit. */
static void
visitor(struct half_open *half_open, unsigned slot, _Atomic int *inside)
{
	const struct sockaddr_storage *source = source_of("192.0.2.1", 1);
	unsigned i, held = 0;

	for (i = 0;; i++) {
		if (i % 7 < 4 &&
		    half_open_enter(half_open, slot, source) ==
			HALF_OPEN_ENTERED) {
			held++;
			CHECK(++*inside <= 8);
		} else if (held > 0) {
			held--;
			--*inside;
			half_open_leave(half_open, slot, source);
		}
	}
}

static void
test_many_at_once_hold_the_share(void)
{
	struct half_open *half_open = half_open_new(16);
	_Atomic int *inside = unit_share(sizeof(*inside));
	pid_t pids[SLOTS];
	unsigned i;
	int status;

	for (i = 0; i < SLOTS; i++) {
		CHECK((pids[i] = fork()) != -1);
		if (pids[i] == 0) {
			visitor(half_open, i, inside);
			_exit(0);
		}
	}
	usleep(300000);
	for (i = 0; i < SLOTS; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < SLOTS; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		half_open_bury(half_open, i);
	}
	CHECK(take_all(half_open, "192.0.2.1") == 8);
}

int
main(void)
{
	UNIT_RUN(test_a_source_has_half_of_what_is_free);
	UNIT_RUN(test_all_places_are_for_many_sources);
	UNIT_RUN(test_the_least_limits);
	UNIT_RUN(test_what_one_source_is);
	UNIT_RUN(test_the_dead_give_back);
	UNIT_RUN(test_many_at_once_hold_the_share);
	return unit_end();
}
