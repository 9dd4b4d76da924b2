/*
 * What stands in a session store, where others may write, too: as it is, as if
 * it were sealed, and within a seal of ours, which only who has a key can make.
 */
#include "store/store_value.h"
#include "fuzz.h"
#include "store/store_keys.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static void
check_value(const struct store_keys *keys, const uint8_t *data, size_t size)
{
	struct textbuf key = { .data = (char[]){ "p:61" }, .size = 4 }, room,
		       again;
	struct store_value value;
	uint8_t *copy = fuzz_copy(data, size);

	textbuf_init(&room);
	textbuf_init(&again);
	if (store_value_read(&value, keys, &key, copy, size, &room) == NULL) {
		HOLDS(value.size <= size);
		HOLDS(strlen(value.run_id) <= STORE_RUN_ID);
		HOLDS(
		    store_value_time_shift_s(&value, 0) < INT64_C(10000000000));
		HOLDS(store_value_write(&value, keys, &key, &again) == 0);
		HOLDS(again.size == size);
		HOLDS(keys != NULL || memcmp(again.data, copy, size) == 0);
	}
	textbuf_free(&room);
	textbuf_free(&again);
	free(copy);
}

void
fuzz_input(const uint8_t *data, size_t size)
{
	static struct store_keys keys;
	struct store_bytes bound = { "\x11p:61", 5 }, text = { data, size };
	uint8_t *sealed;

	if (keys.count == 0)
		HOLDS(store_keys_add(&keys, SECRET, strlen(SECRET)) == 0);
	check_value(NULL, data, size);
	check_value(&keys, data, size);
	sealed = malloc(1 + size + STORE_SEAL_SIZE);
	HOLDS(sealed != NULL);
	sealed[0] = 0x11;
	HOLDS(store_keys_seal(&keys, bound, text, sealed + 1) == 0);
	check_value(&keys, sealed, 1 + size + STORE_SEAL_SIZE);
	free(sealed);
}
