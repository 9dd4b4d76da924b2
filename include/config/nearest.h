/*
 * Which of many names a mistyped word may mean. Offer each name once, then look
 * at what was kept.
 */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

#define NEAREST_MAX 5

struct nearest {
	const char *word;
	size_t length; /* of the word */
	unsigned distance; /* of all names that are kept; more is too far */
	/* If more names than NEAREST_MAX are equally near, none is. */
	unsigned count;
	struct {
		const char *text;
		size_t length;
	} name[NEAREST_MAX];
};

/* The word has no NUL at its end. */
void nearest_init(struct nearest *, const char *word, size_t length);
/* The name must live as long as the struct. */
void nearest_offer(struct nearest *, const char *name, size_t length);
/* Offer the names of all options. */
void nearest_offer_options(struct nearest *);
/*
 * Writes "-a, -b or -c", each with that dash before it, at most size - 1 bytes.
 * Returns buffer.
 */
char *nearest_list(
    const struct nearest *, const char *dash, char *buffer, size_t size);

#endif
