/*
 * What goes out first on each connection to the store: who we are, which
 * database, and questions about this run of the store and its clock. All of it
 * is one pipeline, and commands follow when all answers are there.
 */
#ifndef STORE_GREETING_H
#define STORE_GREETING_H

#include <stdbool.h>
#include <stdint.h>

#include "foundation/textbuf.h"

#define STORE_RUN_ID 40 /* digits */

struct store_reply;
struct store_uri;

struct store_greeting {
	const struct store_uri *uri;
	const char *password; /* NULL: none */
	unsigned next; /* which answer comes next */
	int64_t began_ms; /* of this host's clock */
	/* What the answers said: */
	char run_id[STORE_RUN_ID + 1]; /* empty: the store does not tell */
	int version; /* 0x0602 for 6.2; 0: the store does not tell */
	int64_t time_offset_ms; /* see store.h */
};

/* Append the commands. */
void store_greeting_begin(struct store_greeting *, const struct store_uri *,
    const char *password, struct textbuf *out);
/*
 * Read the next answer. Returns 1 if it was the last one, 0 if more will come,
 * -1 if there is no going on; then why says it.
 */
int store_greeting_heard(
    struct store_greeting *, const struct store_reply *, struct textbuf *why);

#endif
