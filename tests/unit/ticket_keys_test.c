/*
 * The ticket keys: which key opens which tickets until when; nothing of a
 * dropped key stays in memory; readers always get whole keys, whatever happens
 * to the writer.
 *
 *	ticket_keys_test [ROUNDS [SEED]]
 *
 * Keys are not random here: the name determines the secrets, so that a copy
 * shows whether it is whole.
 */
#include <sys/prctl.h>

#include <signal.h>
#include <stdatomic.h>

#include "foundation/randomness.h"
#include "sessions/ticket_keys.h"
#include "unit.h"

#define READERS	 3
#define LIFETIME 1000

static uint64_t rounds, seed;

/* The results of a reader process. */
struct reader {
	_Atomic uint64_t reads;
	_Atomic uint64_t newest; /* number of the newest key that it saw */
};

struct arena {
	struct ticket_keys *keys;
	struct reader reader[READERS];
	_Atomic bool done;
};

static uint64_t made; /* number of keys; the first key is number 1 */
static unsigned part;

static bool drained;

static int make_bytes(void *, size_t);

static const struct randomness source = { make_bytes, make_bytes };

/* The parts of a key; the first part is its name. */
static int
make_bytes(void *bytes, size_t size)
{
	uint64_t state, *word = bytes;
	size_t i;

	if (drained)
		return -1;
	if (part == 0)
		made++;
	state = made * 3 + part;
	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = unit_random(&state);
	if (part == 0)
		word[0] = made;
	part = (part + 1) % 3;
	return 0;
}

/* Returns the number of the key. */
static uint64_t
key_verify(const struct ticket_key *key)
{
	uint64_t number, state, word;
	size_t i;

	memcpy(&number, key->name, sizeof(number));
	CHECK(number > 0);
	CHECK(key->aes_size == sizeof(key->aes));
	CHECK(key->hmac_size == sizeof(key->hmac));
	for (i = 0, state = number * 3 + 2; i < sizeof(key->aes); i += 8) {
		word = unit_random(&state);
		CHECK(memcmp(key->aes + i, &word, sizeof(word)) == 0);
	}
	for (i = 0, state = number * 3 + 1; i < sizeof(key->hmac); i += 8) {
		word = unit_random(&state);
		CHECK(memcmp(key->hmac + i, &word, sizeof(word)) == 0);
	}
	return number;
}

static void
key_name(uint64_t number, uint8_t name[TICKET_KEY_NAME_SIZE])
{
	uint64_t state = number * 3, word[2];

	word[0] = unit_random(&state);
	word[1] = unit_random(&state);
	word[0] = number;
	memcpy(name, word, sizeof(word));
}

static struct ticket_keys *
keys_new(void)
{
	made = 0;
	part = 0;
	return ticket_keys_init(unit_share(ticket_keys_size()), &source);
}

static enum ticket_key_age
find(const struct ticket_keys *keys, uint64_t number, int64_t now_s)
{
	uint8_t name[TICKET_KEY_NAME_SIZE];
	struct ticket_key key;
	enum ticket_key_age age;

	key_name(number, name);
	age = ticket_keys_find(keys, name, now_s, &key);
	CHECK(age == TICKET_KEY_NONE || key_verify(&key) == number);
	return age;
}

static uint64_t
current(const struct ticket_keys *keys)
{
	struct ticket_key key;

	ticket_keys_current(keys, &key);
	return key_verify(&key);
}

/* Returns true if these bytes are anywhere in the shared memory. */
static bool
is_kept(const struct ticket_keys *keys, uint64_t number)
{
	uint64_t state = number * 3 + 1, aes, hmac;

	hmac = unit_random(&state);
	state = number * 3 + 2;
	aes = unit_random(&state);
	return memmem(keys, ticket_keys_size(), &aes, sizeof(aes)) != NULL ||
	    memmem(keys, ticket_keys_size(), &hmac, sizeof(hmac)) != NULL;
}

static void
test_begins_with_a_current_and_a_next_key(void)
{
	struct ticket_keys *keys = keys_new();

	CHECK(made == 2);
	CHECK(current(keys) == 1);
	CHECK(find(keys, 1, 1) == TICKET_KEY_NEW);
	CHECK(find(keys, 2, 1) == TICKET_KEY_NEW);
	CHECK(find(keys, 3, 1) == TICKET_KEY_NONE);
	/* A key that is not old yet has no end. */
	CHECK(find(keys, 1, INT64_MAX) == TICKET_KEY_NEW);
}

static void
test_the_next_key_is_made_current(void)
{
	struct ticket_keys *keys = keys_new();
	uint64_t i;

	for (i = 1; i < 10; i++) {
		ticket_keys_rotate(keys, &source, (int64_t)i, LIFETIME);
		CHECK(current(keys) == i + 1);
		CHECK(find(keys, i, (int64_t)i) == TICKET_KEY_OLD);
		CHECK(find(keys, i + 1, (int64_t)i) == TICKET_KEY_NEW);
		CHECK(find(keys, i + 2, (int64_t)i) == TICKET_KEY_NEW);
	}
}

/* The lifetime is counted from the rotation: until then the key sealed. */
static void
test_old_keys_open_until_their_lifetime_is_over(void)
{
	struct ticket_keys *keys = keys_new();

	ticket_keys_rotate(keys, &source, 500, LIFETIME);
	ticket_keys_rotate(keys, &source, 900, LIFETIME);
	CHECK(find(keys, 1, 500 + LIFETIME) == TICKET_KEY_OLD);
	CHECK(find(keys, 1, 500 + LIFETIME + 1) == TICKET_KEY_NONE);
	CHECK(find(keys, 2, 500 + LIFETIME + 1) == TICKET_KEY_OLD);
	CHECK(find(keys, 2, 900 + LIFETIME + 1) == TICKET_KEY_NONE);
	CHECK(find(keys, 3, 900 + LIFETIME + 1) == TICKET_KEY_NEW);
}

static void
test_what_is_over_is_dropped_and_wiped(void)
{
	struct ticket_keys *keys = keys_new();

	ticket_keys_rotate(keys, &source, 500, LIFETIME);
	ticket_keys_rotate(keys, &source, 500 + LIFETIME, LIFETIME);
	CHECK(is_kept(keys, 1));
	ticket_keys_rotate(keys, &source, 500 + LIFETIME + 1, LIFETIME);
	CHECK(!is_kept(keys, 1));
	CHECK(is_kept(keys, 2) && is_kept(keys, 3));
}

/*
 * With the shortest period that is allowed, no key is dropped too early, and
 * there are at most 64 keys.
 */
static void
keeps_all_keys(unsigned lifetime_s, unsigned period_s)
{
	struct ticket_keys *keys = keys_new();
	int64_t now_s, end_s;
	uint64_t i, k;

	for (i = 1; i < 200; i++) {
		now_s = (int64_t)(i * period_s);
		ticket_keys_rotate(keys, &source, now_s, lifetime_s);
		for (k = 1; k <= i; k++) {
			end_s = (int64_t)(k * period_s) + lifetime_s;
			CHECK(find(keys, k, now_s) ==
			    (now_s <= end_s ? TICKET_KEY_OLD
					    : TICKET_KEY_NONE));
		}
	}
}

static void
test_the_shortest_rotation_keeps_all_keys(void)
{
	static const unsigned lifetimes[] = { 1, 2, 61, 62, 63, 100, 123, 124,
		125, 7200, 604800 };
	unsigned lifetime_s, min_s;
	size_t i;

	for (i = 0; i < sizeof(lifetimes) / sizeof(*lifetimes); i++) {
		lifetime_s = lifetimes[i];
		min_s = ticket_keys_rotate_min_s(lifetime_s);
		keeps_all_keys(lifetime_s, min_s);
		keeps_all_keys(lifetime_s, min_s + 1);
		/* A period shorter by one second would need more than 64. */
		CHECK(min_s == 1 || lifetime_s / (min_s - 1) + 1 > 62);
	}
}

/* The clock was set back: more than 64 keys have not ended. */
static void
test_of_too_many_the_oldest_goes(void)
{
	struct ticket_keys *keys = keys_new();
	uint64_t i;

	for (i = 1; i <= 200; i++)
		ticket_keys_rotate(keys, &source, 1, LIFETIME);
	CHECK(current(keys) == 201);
	CHECK(find(keys, 202, 1) == TICKET_KEY_NEW);
	for (i = 1; i <= 200; i++) {
		CHECK(find(keys, i, 1) ==
		    (i > 200 - 62 ? TICKET_KEY_OLD : TICKET_KEY_NONE));
		CHECK(is_kept(keys, i) == (i > 200 - 62));
	}
}

static void
test_without_randomness_all_stays(void)
{
	struct ticket_keys *keys = keys_new();
	uint8_t before[sizeof(struct ticket_key)];
	struct ticket_key key;

	CHECK(ticket_keys_rotate(keys, &source, 1, LIFETIME) == 0);
	ticket_keys_current(keys, &key);
	memcpy(before, &key, sizeof(before));
	drained = true;
	CHECK(ticket_keys_rotate(keys, &source, 2, LIFETIME) == -1);
	CHECK(
	    ticket_keys_init(unit_share(ticket_keys_size()), &source) == NULL);
	drained = false;
	ticket_keys_current(keys, &key);
	CHECK(memcmp(before, &key, sizeof(before)) == 0);
	CHECK(find(keys, 1, 2) == TICKET_KEY_OLD);
	CHECK(find(keys, 3, 2) == TICKET_KEY_NEW);
	CHECK(ticket_keys_rotate(keys, &source, 3, LIFETIME) == 0);
	CHECK(current(keys) == 3);
}

static void
test_published_keys_replace_all(void)
{
	struct ticket_keys *keys = keys_new();
	struct ticket_key_list list = { .count = TICKET_KEYS_MAX };
	uint8_t name[TICKET_KEY_NAME_SIZE];
	struct ticket_key found;
	size_t i;

	for (i = 0; i < TICKET_KEYS_MAX; i++) {
		memset(list.key[i].name, (int)i + 1, sizeof(list.key[i].name));
		list.key[i].aes_size = TICKET_SECRET_SHORT;
		list.key[i].expires_s = TICKET_KEY_FOREVER;
		list.key[i].renew = i > 0;
	}
	ticket_keys_publish(keys, &list);
	CHECK(!is_kept(keys, 1) && !is_kept(keys, 2));
	ticket_keys_current(keys, &found);
	CHECK(memcmp(&found, &list.key[0], sizeof(found)) == 0);
	for (i = 0; i < TICKET_KEYS_MAX; i++) {
		memset(name, (int)i + 1, sizeof(name));
		CHECK(ticket_keys_find(keys, name, 1, &found) ==
		    (i > 0 ? TICKET_KEY_OLD : TICKET_KEY_NEW));
		CHECK(memcmp(&found, &list.key[i], sizeof(found)) == 0);
	}
	ticket_key_list_wipe(&list);
	ticket_keys_rotate(keys, &source, 1, LIFETIME);
}

/* Rotates for ever, as fast as possible. */
static void
writer_run(void *arg)
{
	struct arena *arena = arg;
	int64_t now_s;

	/* This child must end if a check in the test fails. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	made = current(arena->keys) + 1;
	for (now_s = 1;; now_s++)
		ticket_keys_rotate(arena->keys, &source, now_s, 20);
}

static void
reader_run(struct arena *arena, unsigned number)
{
	struct reader *reader = &arena->reader[number];
	uint64_t newest = 0, now;
	enum ticket_key_age age;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!atomic_load(&arena->done)) {
		now = current(arena->keys);
		/* A reader never sees an older set, nor an empty one. */
		CHECK(now >= newest);
		newest = now;
		age = find(arena->keys, newest, 0);
		CHECK(age != TICKET_KEY_NONE ||
		    current(arena->keys) > newest + 10);
		find(arena->keys, newest + 1, 0);
		find(arena->keys, newest > 20 ? newest - 20 : 1, 0);
		atomic_store(&reader->newest, newest);
		atomic_fetch_add(&reader->reads, 1);
	}
}

static void
arena_open(struct arena *arena, pid_t reader[READERS])
{
	unsigned i;

	for (i = 0; i < READERS; i++) {
		fflush(stdout);
		CHECK((reader[i] = fork()) != -1);
		if (reader[i] == 0) {
			reader_run(arena, i);
			_exit(0);
		}
	}
}

static void
arena_close(struct arena *arena, const pid_t reader[READERS])
{
	unsigned i;

	atomic_store(&arena->done, true);
	for (i = 0; i < READERS; i++)
		CHECK(unit_reap(reader[i]));
}

/*
 * Waits until all readers have read twice, so that each has done a whole read
 * since the call.
 */
static void
arena_await_reads(struct arena *arena)
{
	double end_ms = unit_now_ms() + 20000;
	uint64_t before;
	unsigned i;

	for (i = 0; i < READERS; i++) {
		before = atomic_load(&arena->reader[i].reads);
		while (atomic_load(&arena->reader[i].reads) < before + 2) {
			CHECK(unit_now_ms() < end_ms);
			usleep(100);
		}
	}
}

static struct arena *
arena_new(void)
{
	struct arena *arena = unit_share(sizeof(*arena));

	arena->keys = keys_new();
	return arena;
}

static void
test_readers_get_whole_keys_from_a_rotating_writer(void)
{
	struct arena *arena = arena_new();
	pid_t reader[READERS], writer;
	uint64_t reads = 0;
	unsigned i;

	arena_open(arena, reader);
	writer = unit_fork(writer_run, arena);
	usleep(1000000);
	arena_await_reads(arena);
	CHECK(kill(writer, SIGKILL) == 0);
	CHECK(!unit_reap(writer));
	arena_close(arena, reader);
	for (i = 0; i < READERS; i++)
		reads += arena->reader[i].reads;
	printf("# %" PRIu64 " rotations, %" PRIu64 " rounds of reads\n",
	    current(arena->keys), reads);
	CHECK(current(arena->keys) > 100 && reads > 100);
}

/* Each writer goes on with the keys of the last one. */
static void
test_a_stopped_or_killed_writer_holds_up_nobody(void)
{
	struct arena *arena = arena_new();
	pid_t reader[READERS], writer;
	uint64_t i, random = seed;
	int status;

	arena_open(arena, reader);
	for (i = 0; i < rounds; i++) {
		writer = unit_fork(writer_run, arena);
		usleep((useconds_t)(300 + unit_below(&random, 3000)));
		CHECK(kill(writer, SIGSTOP) == 0);
		CHECK(waitpid(writer, &status, WUNTRACED) == writer);
		CHECK(WIFSTOPPED(status));
		arena_await_reads(arena);
		CHECK(kill(writer, SIGKILL) == 0);
		CHECK(!unit_reap(writer));
		arena_await_reads(arena);
	}
	arena_close(arena, reader);
	printf("# %" PRIu64 " rotations by %" PRIu64 " writers\n",
	    current(arena->keys), rounds);
	CHECK(current(arena->keys) > rounds);
}

int
main(int argc, char *argv[])
{
	rounds = unit_number(argc, argv, 1, 200);
	seed = unit_number(argc, argv, 2, (uint64_t)time(NULL));
	printf("# seed %" PRIu64 "\n", seed);
	UNIT_RUN(test_begins_with_a_current_and_a_next_key);
	UNIT_RUN(test_the_next_key_is_made_current);
	UNIT_RUN(test_old_keys_open_until_their_lifetime_is_over);
	UNIT_RUN(test_what_is_over_is_dropped_and_wiped);
	UNIT_RUN(test_the_shortest_rotation_keeps_all_keys);
	UNIT_RUN(test_of_too_many_the_oldest_goes);
	UNIT_RUN(test_without_randomness_all_stays);
	UNIT_RUN(test_published_keys_replace_all);
	UNIT_RUN(test_readers_get_whole_keys_from_a_rotating_writer);
	UNIT_RUN(test_a_stopped_or_killed_writer_holds_up_nobody);
	return unit_end();
}
