/*
 * What a server has answered on one connection.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>

/* All zero: nothing came yet. */
struct answer {
	char *data;
	size_t size;
};

/*
 * More of it; what is beyond 1 MiB is forgotten. False with errno: out of
 * memory.
 */
bool answer_append(struct answer *, const char *, size_t);
bool answer_holds(const struct answer *, const char *text, size_t);
/* The worker that it names, or 0. */
unsigned answer_worker(const struct answer *);
void answer_free(struct answer *);

#endif
