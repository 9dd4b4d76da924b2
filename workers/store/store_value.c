#include "store/store_value.h"

#include <string.h>

#include <openssl/evp.h>

#include "foundation/log.h"
#include "store/store_keys.h"

/* The first byte. */
#define STORE_VALUE_PLAIN  0x10
#define STORE_VALUE_SEALED 0x11
/* The kind. */
#define STORE_VALUE_SESSION    1
#define STORE_VALUE_SINGLE_USE 2

#define STORE_VALUE_HEAD  9 /* bytes: kind and time */
#define STORE_VALUE_CHECK 8
/* Clocks that differ by more are none. */
#define STORE_VALUE_OFFSET_MAX_MS INT64_C(10000000000000)
/*
 * So much earlier than it is for all that we know shall a session be: what we
 * know of the clocks is a little wrong, and of libssl a session that is a
 * second in the future has no early data, one that is ten in the past has.
 */
#define STORE_VALUE_EARLIER_MS 500

static void store_value_say(const struct store_value *, struct textbuf *);
static const char *
store_value_parse(struct store_value *, const uint8_t *, size_t);
static const char *store_value_open(const struct store_keys *,
    const struct textbuf *, const uint8_t *, size_t, struct textbuf *);
static void store_value_bind(struct textbuf *, uint8_t, const struct textbuf *);
static void store_value_check(
    const struct textbuf *, const void *, size_t, uint8_t[STORE_VALUE_CHECK]);

int
store_value_write(const struct store_value *value,
    const struct store_keys *keys, const struct textbuf *key,
    struct textbuf *out)
{
	bool seals = keys != NULL && keys->count > 0;
	uint8_t first = seals ? STORE_VALUE_SEALED : STORE_VALUE_PLAIN;
	struct textbuf says, bound;
	char *at;
	int result = 0;

	textbuf_init(&says);
	textbuf_init(&bound);
	store_value_say(value, &says);
	store_value_bind(&bound, first, key);
	textbuf_append(out, &first, 1);
	at = textbuf_space(out, says.size + STORE_SEAL_SIZE);
	if (seals) {
		result = store_keys_seal(keys,
		    (struct store_bytes){ bound.data, bound.size },
		    (struct store_bytes){ says.data, says.size },
		    (uint8_t *)at);
		textbuf_grow(out, says.size + STORE_SEAL_SIZE);
	} else {
		memcpy(at, says.data, says.size);
		store_value_check(
		    &bound, says.data, says.size, (uint8_t *)at + says.size);
		textbuf_grow(out, says.size + STORE_VALUE_CHECK);
	}
	explicit_bzero(says.data, says.size);
	textbuf_free(&says);
	textbuf_free(&bound);
	return result;
}

const char *
store_value_read(struct store_value *value, const struct store_keys *keys,
    const struct textbuf *key, const void *data, size_t size,
    struct textbuf *room)
{
	bool seals = keys != NULL && keys->count > 0;
	const uint8_t *bytes = data;
	uint8_t check[STORE_VALUE_CHECK];
	struct textbuf bound;
	const char *wrong;

	if (size == 0 ||
	    (*bytes != STORE_VALUE_PLAIN && *bytes != STORE_VALUE_SEALED))
		return "somebody else wrote it, or another version";
	if (*bytes == STORE_VALUE_SEALED && !seals)
		return "it is sealed (-session_store_key)";
	if (*bytes == STORE_VALUE_PLAIN && seals)
		return "it is not sealed (-session_store_key)";
	textbuf_init(&bound);
	store_value_bind(&bound, *bytes, key);
	if (seals) {
		wrong =
		    store_value_open(keys, &bound, bytes + 1, size - 1, room);
		bytes = (const uint8_t *)room->data;
		size = room->size;
	} else if (size < 1 + STORE_VALUE_CHECK) {
		wrong = "it is damaged";
	} else {
		size -= 1 + STORE_VALUE_CHECK;
		store_value_check(&bound, ++bytes, size, check);
		wrong = memcmp(check, bytes + size, sizeof(check)) == 0
		    ? NULL
		    : "it is damaged";
	}
	textbuf_free(&bound);
	return wrong != NULL ? wrong : store_value_parse(value, bytes, size);
}

int64_t
store_value_time_shift_s(
    const struct store_value *value, int64_t time_offset_ms)
{
	int64_t shift_ms =
	    value->time_offset_ms - time_offset_ms - STORE_VALUE_EARLIER_MS;
	int64_t seconds = shift_ms / 1000;

	return shift_ms % 1000 < 0 ? seconds - 1 : seconds;
}

static void
store_value_say(const struct store_value *value, struct textbuf *says)
{
	uint64_t offset = (uint64_t)value->time_offset_ms;
	uint8_t head[STORE_VALUE_HEAD] = {
		value->single_use ? STORE_VALUE_SINGLE_USE : STORE_VALUE_SESSION
	};
	int i;

	for (i = 1; i < STORE_VALUE_HEAD; i++)
		head[i] = (uint8_t)(offset >> (8 * (STORE_VALUE_HEAD - 1 - i)));
	textbuf_append(says, head, sizeof(head));
	if (value->single_use)
		textbuf_append(says, value->run_id, STORE_RUN_ID);
	textbuf_append(says, value->session, value->size);
}

static const char *
store_value_parse(struct store_value *value, const uint8_t *bytes, size_t size)
{
	uint64_t offset = 0;
	size_t head = STORE_VALUE_HEAD;
	int i;

	memset(value, 0, sizeof(*value));
	if (size < head)
		return "it is damaged";
	if (bytes[0] != STORE_VALUE_SESSION &&
	    bytes[0] != STORE_VALUE_SINGLE_USE)
		return "another version wrote it";
	for (i = 1; i < STORE_VALUE_HEAD; i++)
		offset = offset << 8 | bytes[i];
	value->time_offset_ms = (int64_t)offset;
	value->single_use = bytes[0] == STORE_VALUE_SINGLE_USE;
	if (value->single_use)
		head += STORE_RUN_ID;
	if (size < head || value->time_offset_ms > STORE_VALUE_OFFSET_MAX_MS ||
	    value->time_offset_ms < -STORE_VALUE_OFFSET_MAX_MS)
		return "it is damaged";
	if (value->single_use)
		memcpy(value->run_id, bytes + STORE_VALUE_HEAD, STORE_RUN_ID);
	value->session = bytes + head;
	value->size = size - head;
	return NULL;
}

static const char *
store_value_open(const struct store_keys *keys, const struct textbuf *bound,
    const uint8_t *bytes, size_t size, struct textbuf *room)
{
	enum store_seal seal;

	seal = store_keys_open(keys,
	    (struct store_bytes){ bound->data, bound->size },
	    (struct store_bytes){ bytes, size },
	    (uint8_t *)textbuf_space(room, size));
	if (seal == STORE_SEAL_OF_OTHERS)
		return "it is sealed with a key that is not in the file of "
		       "-session_store_key";
	if (seal == STORE_SEAL_BROKEN)
		return "it is damaged";
	textbuf_grow(room, size - STORE_SEAL_SIZE);
	return NULL;
}

static void
store_value_bind(
    struct textbuf *bound, uint8_t first, const struct textbuf *key)
{
	textbuf_append(bound, &first, 1);
	textbuf_append(bound, key->data, key->size);
}

/*
 * Of SHA-256, whose beginning anybody can compute: it finds damage, and no
 * malice.
 */
static void
store_value_check(const struct textbuf *bound, const void *data, size_t size,
    uint8_t check[STORE_VALUE_CHECK])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct textbuf all;
	unsigned hashed;

	textbuf_init(&all);
	textbuf_append(&all, bound->data, bound->size);
	textbuf_append(&all, data, size);
	if (EVP_Digest(all.data, all.size, hash, &hashed, EVP_sha256(), NULL) !=
	    1)
		fatalx("cannot compute SHA-256");
	memcpy(check, hash, STORE_VALUE_CHECK);
	explicit_bzero(all.data, all.size);
	textbuf_free(&all);
}
