/*
 * What a session store answers, in pieces: however long and deep it says that
 * its replies are, what is kept of them is bounded, and the greeting survives.
 */
#include "store/store_wire.h"
#include "config/store_uri.h"
#include "fuzz.h"
#include "store/store_greeting.h"

static void
check_reply(const struct store_reply *reply)
{
	size_t i, from = 0;

	HOLDS(reply->kind <= STORE_REPLY_LIST);
	HOLDS(reply->bytes.size <= STORE_REPLY_MAX);
	HOLDS(reply->count <= STORE_ELEMENTS_MAX);
	HOLDS(reply->count == 0 || reply->kind == STORE_REPLY_LIST);
	for (i = 0; i < reply->count; i++) {
		HOLDS(reply->end[i] >= from);
		from = reply->end[i];
	}
	HOLDS(reply->kind != STORE_REPLY_LIST || from == reply->bytes.size);
}

/* The first byte says how many bytes come at once. */
void
fuzz_input(const uint8_t *data, size_t size)
{
	struct store_uri uri = { .user = "u", .database = "1" };
	struct store_greeting greeting;
	struct store_wire *wire;
	const struct store_reply *reply;
	struct textbuf text;
	uint8_t *copy;
	size_t piece, at, now;
	int got = 0, heard = 0;

	if (size == 0)
		return;
	piece = data[0] == 0 ? 1 : data[0];
	copy = fuzz_copy(data + 1, --size);
	wire = store_wire_open();
	textbuf_init(&text);
	store_greeting_begin(&greeting, &uri, "p", &text);
	for (at = 0; at < size && got >= 0; at += now) {
		now = size - at < piece ? size - at : piece;
		store_wire_feed(wire, copy + at, now);
		while ((got = store_wire_next(wire, &reply)) == 1) {
			check_reply(reply);
			if (heard == 0)
				heard = store_greeting_heard(
				    &greeting, reply, &text);
		}
	}
	HOLDS(strlen(greeting.run_id) == 0 ||
	    strlen(greeting.run_id) == STORE_RUN_ID);
	textbuf_free(&text);
	store_wire_close(wire);
	free(copy);
}
