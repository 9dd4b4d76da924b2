/*
 * The answer of a server on one connection.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>

/* All fields are zero: nothing came yet. */
struct answer {
	char *data;
	size_t size;
};

/*
 * Append more of the answer; bytes beyond 1 MiB are dropped. Returns false with
 * errno if there is no memory.
 */
bool answer_append(struct answer *, const char *, size_t);
bool answer_holds(const struct answer *, const char *text, size_t);
/* Returns the number of the worker that the answer names, or 0. */
unsigned answer_worker(const struct answer *);
void answer_free(struct answer *);

#endif
