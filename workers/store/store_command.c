#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "store/store_command.h"
#include "store/store_wire.h"

/* What GETDEL does, for stores that are older than it. */
#define STORE_SCRIPT                               \
	"local s=redis.call('GET',KEYS[1]) "       \
	"if s then redis.call('DEL',KEYS[1]) end " \
	"return s"

#define TEXT(text)                       \
	(struct store_argument)          \
	{                                \
		(text), sizeof(text) - 1 \
	}

static void
store_command_write_take(const struct store_argument *, bool, struct textbuf *);
static void store_command_write_put(const struct store_command *,
    const struct store_argument *, struct textbuf *);

struct store_command *
store_command_new(enum store_kind kind, const uint8_t *id, size_t id_size)
{
	struct store_command *command = calloc(1, sizeof(*command));

	if (command == NULL)
		fatalx("out of memory");
	if (id_size > sizeof(command->id))
		fatalx("a session ID has %zu bytes", id_size);
	command->kind = kind;
	command->asked_us = monotime_us();
	memcpy(command->id, id, id_size);
	command->id_size = id_size;
	textbuf_init(&command->session);
	return command;
}

void
store_command_free(struct store_command *command)
{
	if (command->session.size > 0)
		explicit_bzero(command->session.data, command->session.size);
	textbuf_free(&command->session);
	free(command);
}

/* The ID as it is printed after "Session-ID: ". */
void
store_command_key(const struct store_command *command, const char *prefix,
    struct textbuf *key)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;
	char *at;

	textbuf_puts(key, prefix);
	at = textbuf_space(key, 2 * command->id_size);
	for (i = 0; i < command->id_size; i++) {
		*at++ = digits[command->id[i] >> 4];
		*at++ = digits[command->id[i] & 0xf];
	}
	textbuf_grow(key, 2 * command->id_size);
}

void
store_command_write(const struct store_command *command, const char *prefix,
    bool knows_getdel, struct textbuf *out)
{
	struct store_argument arguments[2];
	struct textbuf key;

	textbuf_init(&key);
	store_command_key(command, prefix, &key);
	arguments[1] = (struct store_argument){ key.data, key.size };
	switch (command->kind) {
	case STORE_GET:
		arguments[0] = TEXT("GET");
		store_wire_command(out, arguments, 2);
		break;
	case STORE_TAKE:
		store_command_write_take(&arguments[1], knows_getdel, out);
		break;
	case STORE_PUT:
		store_command_write_put(command, &arguments[1], out);
		break;
	case STORE_REMOVE:
		arguments[0] = TEXT("DEL");
		store_wire_command(out, arguments, 2);
		break;
	}
	textbuf_free(&key);
}

static void
store_command_write_take(
    const struct store_argument *key, bool knows_getdel, struct textbuf *out)
{
	struct store_argument arguments[] = { TEXT("EVAL"), TEXT(STORE_SCRIPT),
		TEXT("1"), *key };

	if (!knows_getdel) {
		store_wire_command(out, arguments, 4);
		return;
	}
	arguments[2] = TEXT("GETDEL");
	store_wire_command(out, &arguments[2], 2);
}

static void
store_command_write_put(const struct store_command *command,
    const struct store_argument *key, struct textbuf *out)
{
	char lifetime[24];
	struct store_argument arguments[] = { TEXT("SET"), *key,
		{ command->session.data, command->session.size }, TEXT("NX"),
		TEXT("PX"), { lifetime, 0 } };

	arguments[5].size = (size_t)snprintf(lifetime, sizeof(lifetime),
	    "%" PRId64, command->lifetime_ms > 0 ? command->lifetime_ms : 1);
	store_wire_command(out, arguments, 6);
}

bool
store_command_judge(const struct store_command *command,
    const struct store_reply *reply, struct store_answer *answer)
{
	bool is_put = command->kind == STORE_PUT;

	if (reply->kind == STORE_REPLY_ERROR) {
		answer->verdict = STORE_FAILED;
		return true;
	}
	if (command->kind == STORE_REMOVE) {
		answer->verdict = STORE_DONE;
		return reply->kind == STORE_REPLY_NUMBER;
	}
	if (reply->kind == STORE_REPLY_NIL) {
		answer->verdict = STORE_MISSED;
		return true;
	}
	answer->verdict = is_put ? STORE_DONE : STORE_FOUND;
	if (is_put)
		return reply->kind == STORE_REPLY_STATUS;
	answer->session = (const uint8_t *)reply->bytes.data;
	answer->size = reply->bytes.size;
	return reply->kind == STORE_REPLY_BYTES;
}
