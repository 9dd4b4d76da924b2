/*
 * Several processes claim the same peers.
 *
 *	peer_claims_test [ROUNDS [SEED]]
 */
#include <signal.h>

#include "shared/peer_claims.h"
#include "unit.h"

#define PROCESSES  4
#define COOKIES	   40000
#define FOREVER_MS (INT64_C(1) << 40)

static uint64_t rounds, seed;

struct claimer {
	struct peer_claims *claims;
	unsigned slot;
	_Atomic bool *go;
	_Atomic unsigned *winners; /* for each cookie */
	_Atomic unsigned *next; /* number of cookies that a victim has taken */
};

static struct peer_claims *
claims_new(void)
{
	return peer_claims_init(unit_share(peer_claims_size()));
}

/* Returns cookies with different words, up to 2^16 of them. */
static const uint8_t *
cookie_of(uint32_t number)
{
	static uint8_t cookie[PEER_CLAIMS_COOKIE];

	memcpy(cookie, &number, sizeof(number));
	memset(cookie + sizeof(number), (int)(number % 251),
	    sizeof(cookie) - sizeof(number));
	return cookie;
}

static void
test_once_within_the_time(void)
{
	struct peer_claims *claims = claims_new();
	const int64_t now = 123456789, kept = PEER_CLAIMS_KEPT_MS;

	CHECK(peer_claims_take(claims, cookie_of(1), 0, now));
	CHECK(!peer_claims_take(claims, cookie_of(1), 0, now));
	CHECK(!peer_claims_take(claims, cookie_of(1), 1, now + kept - 1));
	CHECK(peer_claims_take(claims, cookie_of(2), 1, now));
	/* The other process read the clock first, but claimed second. */
	CHECK(!peer_claims_take(claims, cookie_of(1), 2, now - 100));
	CHECK(peer_claims_take(claims, cookie_of(1), 3, now + kept + 100));
	CHECK(!peer_claims_take(claims, cookie_of(1), 0, now + kept + 200));
}

/* Claims work at every time of the clock. */
static void
test_the_clock_may_wrap(void)
{
	struct peer_claims *claims = claims_new();
	const int64_t kept = PEER_CLAIMS_KEPT_MS;
	int64_t now;

	for (now = 0; now < 3 << 20; now += kept + 100) {
		CHECK(peer_claims_take(claims, cookie_of(5), 0, now));
		CHECK(!peer_claims_take(claims, cookie_of(5), 1, now));
		CHECK(
		    !peer_claims_take(claims, cookie_of(5), 1, now + kept - 1));
	}
	for (now = FOREVER_MS - 2 * kept; now < FOREVER_MS + 10 * kept;
	     now += kept + 100) {
		CHECK(peer_claims_take(claims, cookie_of(6), 0, now));
		CHECK(
		    !peer_claims_take(claims, cookie_of(6), 1, now + kept - 1));
	}
}

static void
test_bits_that_are_all_zero(void)
{
	static const uint8_t zero[PEER_CLAIMS_COOKIE];
	struct peer_claims *claims = claims_new();

	CHECK(peer_claims_take(claims, zero, 0, 0));
	CHECK(!peer_claims_take(claims, zero, 0, 0));
	peer_claims_bury(claims, 0);
	CHECK(peer_claims_take(claims, zero, 65534, 0));
	CHECK(!peer_claims_take(claims, zero, 0, 0));
	peer_claims_bury(claims, 65534);
	CHECK(peer_claims_take(claims, zero, 0, 0));
}

/* A flood of claims drops the oldest claims, but refuses no peer. */
static void
test_cookies_of_the_same_words(void)
{
	struct peer_claims *claims = claims_new();
	uint8_t cookie[PEER_CLAIMS_COOKIE] = { 0 };
	const int ways = 4;
	int i;

	for (i = 0; i <= ways; i++) {
		cookie[4] = (uint8_t)i;
		CHECK(peer_claims_take(claims, cookie, 0, 100 * i));
		/* The clock of another process may be behind. */
		CHECK(!peer_claims_take(claims, cookie, 1, 100 * i - 50));
	}
	for (i = 1; i <= ways; i++) {
		cookie[4] = (uint8_t)i;
		CHECK(!peer_claims_take(claims, cookie, 1, 100 * ways));
	}
	cookie[4] = 0;
	CHECK(peer_claims_take(claims, cookie, 1, 100 * ways));
}

/* Counts real cookies that are accepted twice after 20,000 others. */
static void
test_few_duplicates_are_missed(void)
{
	struct peer_claims *claims = claims_new();
	uint64_t cookie[3][COOKIES], random = seed;
	unsigned i, late = 20000, missed = 0;

	for (i = 0; i < COOKIES; i++) {
		cookie[0][i] = unit_random(&random);
		memcpy(cookie[1], &cookie[0][i], sizeof(cookie[1][0]));
		peer_claims_take(claims, (uint8_t *)cookie[1], 0, 7);
		if (i < late)
			continue;
		memcpy(cookie[2], &cookie[0][i - late], sizeof(cookie[2][0]));
		missed += peer_claims_take(claims, (uint8_t *)cookie[2], 1, 7);
	}
	printf("# %u of %u duplicates missed\n", missed, COOKIES);
	CHECK(missed < COOKIES / 100);
}

static void
test_bury_forgets_one_slot(void)
{
	struct peer_claims *claims = claims_new();
	unsigned i;

	for (i = 0; i < COOKIES; i++)
		CHECK(peer_claims_take(claims, cookie_of(i), i % PROCESSES, 7));
	peer_claims_bury(claims, 2);
	for (i = 0; i < COOKIES; i++)
		CHECK(peer_claims_take(claims, cookie_of(i), 9, 7) ==
		    (i % PROCESSES == 2));
}

static void
take_all(void *arg)
{
	struct claimer *claimer = arg;
	unsigned i;

	while (!*claimer->go)
		;
	for (i = 0; i < COOKIES; i++)
		if (peer_claims_take(
			claimer->claims, cookie_of(i), claimer->slot, 7))
			claimer->winners[i]++;
}

static void
test_exactly_one_wins(void)
{
	_Atomic unsigned *winners = unit_share(COOKIES * sizeof(*winners));
	_Atomic bool *go = unit_share(sizeof(*go));
	struct claimer claimer[PROCESSES];
	pid_t pid[PROCESSES];
	uint64_t round;
	unsigned i;

	for (round = 0; round < rounds; round++) {
		struct peer_claims *claims = claims_new();

		*go = false;
		for (i = 0; i < PROCESSES; i++) {
			claimer[i] = (struct claimer){ .claims = claims,
				.slot = i,
				.go = go,
				.winners = winners };
			pid[i] = unit_fork(take_all, &claimer[i]);
		}
		*go = true;
		for (i = 0; i < PROCESSES; i++)
			CHECK(unit_reap(pid[i]));
		for (i = 0; i < COOKIES; i++)
			CHECK(winners[i] == round + 1);
		munmap(claims, peer_claims_size());
	}
}

static void
take_and_tell(void *arg)
{
	struct claimer *claimer = arg;
	unsigned i;

	for (i = 0; i < COOKIES; i++) {
		*claimer->next = i + 1;
		CHECK(peer_claims_take(
		    claimer->claims, cookie_of(i), claimer->slot, 7));
	}
	for (;;)
		pause();
}

/* A process is killed at any point: its claims, and only those, are freed. */
static void
test_killed_claimers(void)
{
	_Atomic unsigned *next = unit_share(sizeof(*next));
	uint64_t random = seed, round;
	struct timespec nap = { 0 };
	unsigned i, taken;
	pid_t pid;

	for (round = 0; round < rounds; round++) {
		struct peer_claims *claims = claims_new();
		struct claimer victim = {
			.claims = claims, .slot = 3, .next = next
		};

		*next = 0;
		for (i = COOKIES; i < 2 * COOKIES; i++)
			CHECK(peer_claims_take(claims, cookie_of(i), 1, 7));
		pid = unit_fork(take_and_tell, &victim);
		while (*next == 0)
			;
		nap.tv_nsec = (long)unit_below(&random, 300000);
		nanosleep(&nap, NULL);
		CHECK(kill(pid, SIGKILL) == 0);
		CHECK(!unit_reap(pid));
		taken = *next;
		for (i = 0; i + 1 < taken; i++)
			CHECK(!peer_claims_take(claims, cookie_of(i), 1, 7));
		peer_claims_bury(claims, 3);
		for (i = 0; i < 2 * COOKIES; i++)
			CHECK(peer_claims_take(claims, cookie_of(i), 1, 7) ==
			    (i < COOKIES));
		munmap(claims, peer_claims_size());
	}
}

int
main(int argc, char *argv[])
{
	rounds = unit_number(argc, argv, 1, 20);
	seed = unit_number(argc, argv, 2, 20240503);
	printf("# %" PRIu64 " rounds, seed %" PRIu64 "\n", rounds, seed);
	UNIT_RUN(test_once_within_the_time);
	UNIT_RUN(test_the_clock_may_wrap);
	UNIT_RUN(test_bits_that_are_all_zero);
	UNIT_RUN(test_cookies_of_the_same_words);
	UNIT_RUN(test_few_duplicates_are_missed);
	UNIT_RUN(test_bury_forgets_one_slot);
	UNIT_RUN(test_exactly_one_wins);
	UNIT_RUN(test_killed_claimers);
	return unit_end();
}
