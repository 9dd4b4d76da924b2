/*
 * The keys that seal session tickets (RFC 5077, section 4), in shared memory:
 * one key seals and opens tickets, the others only open them.
 *
 * Only the master writes. Any process may read at any time, without a lock, and
 * gets a whole key. It does not wait, even if the master is stopped or killed
 * while it writes.
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
	/* The key opens tickets until then, in seconds of CLOCK_REALTIME. */
	int64_t expires_s;
	uint16_t aes_size; /* bytes: TICKET_SECRET_SHORT or _LONG */
	uint16_t hmac_size;
	/* Not 0: a client whose ticket this key opens gets a new ticket. */
	uint32_t renew;
};

/* The first key seals. The list holds secrets, so its owner must wipe it. */
struct ticket_key_list {
	struct ticket_key key[TICKET_KEYS_MAX];
	size_t count;
};

struct randomness;
struct ticket_keys;

enum ticket_key_age {
	TICKET_KEY_NONE, /* no such key, or its time is over */
	TICKET_KEY_NEW,
	TICKET_KEY_OLD, /* a client with a ticket of it gets a new one */
};

size_t ticket_keys_size(void);
/*
 * The memory must be zero-filled. Begins with new random keys. Returns NULL if
 * there are no random bytes for them (reported).
 */
struct ticket_keys *ticket_keys_init(void *memory, const struct randomness *);

/* Called by the master: replace all keys by those, 1 to TICKET_KEYS_MAX. */
void ticket_keys_publish(struct ticket_keys *, const struct ticket_key_list *);
/*
 * Called by the master, only for keys of ticket_keys_init: the next key becomes
 * the current one, and the one before opens tickets for lifetime_s from now_s
 * on. If there are more than TICKET_KEYS_MAX keys, the oldest is removed.
 * Returns 0, or -1 if there are no random bytes for another key (reported);
 * then all keys stay as they are.
 */
int ticket_keys_rotate(struct ticket_keys *, const struct randomness *,
    int64_t now_s, unsigned lifetime_s);
/* Returns the shortest time between rotations that keeps keys long enough. */
unsigned ticket_keys_rotate_min_s(unsigned lifetime_s);
void ticket_key_list_wipe(struct ticket_key_list *);

/* Called by any process. The copy holds secrets, and the caller wipes it. */
void ticket_keys_current(const struct ticket_keys *, struct ticket_key *);
enum ticket_key_age ticket_keys_find(const struct ticket_keys *,
    const uint8_t name[TICKET_KEY_NAME_SIZE], int64_t now_s,
    struct ticket_key *);

#endif
