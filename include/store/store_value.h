/*
 * What stands in the store under the key of a session, so that another host,
 * perhaps of another version, knows what it is:
 *
 *	1 byte	STORE_VALUE_PLAIN or STORE_VALUE_SEALED, with the version
 *	then	what a value says (see below), and 8 bytes of a checksum; or the
 *		same sealed (store_keys.h)
 *
 * A value says:
 *
 *	1 byte	its kind
 *	8 bytes	what the host that put it had to add to its clock to get that of
 *		the store, in milliseconds, the highest byte first
 *	40	only if it is of single use: the run_id of the store, or zeros
 *	then	the session, in DER
 *
 * Checksum and seal are over the first byte and the key in the store, too, so
 * that a value under another key is not taken for what it is not.
 */
#ifndef STORE_VALUE_H
#define STORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/textbuf.h"
#include "store/store_greeting.h"

#define STORE_SESSION_MAX (32 * 1024) /* bytes: a larger one is not put */

struct store_keys;

struct store_value {
	bool single_use;
	char run_id[STORE_RUN_ID + 1]; /* empty: not known */
	int64_t time_offset_ms; /* of the host that put it (store_greeting.h) */
	const uint8_t *session;
	size_t size;
};

/*
 * Append the value that shall stand under the key; without keys it is not
 * sealed. Returns 0, or -1 if the library cannot seal it.
 */
int store_value_write(const struct store_value *, const struct store_keys *,
    const struct textbuf *key, struct textbuf *out);
/*
 * Read the value that stands under the key. Returns NULL, or what is wrong with
 * it. The session stays in the value, or in the room, which the caller frees.
 */
const char *store_value_read(struct store_value *, const struct store_keys *,
    const struct textbuf *key, const void *data, size_t size,
    struct textbuf *room);
/*
 * Returns what to add to the time of the session, in seconds, to have it by the
 * clock of a host with this offset.
 */
int64_t
store_value_time_shift_s(const struct store_value *, int64_t time_offset_ms);

#endif
