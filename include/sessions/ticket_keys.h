/*
 * The keys that session tickets are sealed with (RFC 5077, section 4), in
 * shared memory: one that seals and opens, others that only open.
 *
 * The master alone writes. Any process reads, without a lock, at any time, and
 * gets a whole key; neither a writer that is stopped in the middle nor one
 * that is dead makes it wait.
 */
#ifndef TICKET_KEYS_H
#define TICKET_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICKET_KEYS_MAX	     64
#define TICKET_KEY_NAME_SIZE 16
#define TICKET_KEY_FOREVER   INT64_MAX
#define TICKET_SECRET_SHORT  16 /* bytes */
#define TICKET_SECRET_LONG   32

struct ticket_key {
	uint8_t name[TICKET_KEY_NAME_SIZE];
	uint8_t aes[TICKET_SECRET_LONG];
	uint8_t hmac[TICKET_SECRET_LONG];
	/* Until when it opens tickets, in seconds of CLOCK_REALTIME. */
	int64_t expires_s;
	uint16_t aes_size; /* bytes: TICKET_SECRET_SHORT or _LONG */
	uint16_t hmac_size;
	/* There is a better key: whose ticket it opens gets a new one. */
	uint32_t renew;
};

/* The first one seals. Holds secrets: to be wiped. */
struct ticket_key_list {
	struct ticket_key key[TICKET_KEYS_MAX];
	size_t count;
};

struct randomness;
struct ticket_keys;

enum ticket_key_age {
	TICKET_KEY_NONE, /* no such key, or its time is over */
	TICKET_KEY_NEW,
	TICKET_KEY_OLD, /* its tickets are to be renewed */
};

size_t ticket_keys_size(void);
/*
 * Into zeroed memory. Begins with keys of its own making. Returns NULL if there
 * is no randomness for them (reported).
 */
struct ticket_keys *ticket_keys_init(void *memory, const struct randomness *);

/* The master's: put others, 1 to TICKET_KEYS_MAX, in place of all. */
void ticket_keys_publish(struct ticket_keys *, const struct ticket_key_list *);
/*
 * The master's, for keys of ticket_keys_init only: the next key becomes the
 * current one, which opens tickets for lifetime_s from now_s on. Of more than
 * TICKET_KEYS_MAX the oldest goes. Returns 0, or -1 if there is no randomness
 * for another key (reported): all keys stay what they are.
 */
int ticket_keys_rotate(struct ticket_keys *, const struct randomness *,
    int64_t now_s, unsigned lifetime_s);
/* The shortest time between rotations that keeps keys for a lifetime. */
unsigned ticket_keys_rotate_min_s(unsigned lifetime_s);
void ticket_key_list_wipe(struct ticket_key_list *);

/* Any process's. The copy holds secrets, and is the caller's to wipe. */
void ticket_keys_current(const struct ticket_keys *, struct ticket_key *);
enum ticket_key_age ticket_keys_find(const struct ticket_keys *,
    const uint8_t name[TICKET_KEY_NAME_SIZE], int64_t now_s,
    struct ticket_key *);

#endif
