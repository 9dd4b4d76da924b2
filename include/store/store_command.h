/*
 * A command to the store, from the question to the answer: its bytes, and what
 * a reply to it means.
 */
#ifndef STORE_COMMAND_H
#define STORE_COMMAND_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/textbuf.h"
#include "store/store.h"

struct store_reply;

enum store_kind { STORE_GET, STORE_TAKE, STORE_PUT, STORE_REMOVE };

TAILQ_HEAD(store_commands, store_command);

struct store_command {
	TAILQ_ENTRY(store_command) entry; /* of its home */
	TAILQ_ENTRY(store_command) due_entry;
	struct store_commands *home; /* held, sent or failed */
	bool is_due; /* it is on the list of those with a deadline */
	int64_t asked_us; /* monotime_us() */
	int64_t until_ms; /* monotime_ms(): the deadline */
	bool is_late; /* the deadline is over */
	bool is_wrong; /* what the store has there is no session of ours */
	bool is_counted; /* store_account.h */
	struct store_ask *ask; /* NULL: nobody waits */
	enum store_kind kind;
	uint8_t id[STORE_ID_MAX];
	size_t id_size;
	/* Of a put: */
	struct textbuf session; /* only until it is sent; at last the value */
	int64_t lifetime_ms;
	bool single_use;
};

struct store_command *
store_command_new(enum store_kind, const uint8_t *id, size_t id_size);
void store_command_free(struct store_command *);
/* Append the key under which the store has it. */
void store_command_key(
    const struct store_command *, const char *prefix, struct textbuf *);
/* Append its bytes. knows_getdel: the store is of version 6.2 or later. */
void store_command_write(const struct store_command *, const char *prefix,
    bool knows_getdel, struct textbuf *out);
/*
 * Fill the answer. Returns false if this is no reply to such a command; one
 * that reports an error is.
 */
bool store_command_judge(const struct store_command *,
    const struct store_reply *, struct store_answer *);

#endif
