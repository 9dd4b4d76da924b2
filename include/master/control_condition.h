/*
 * A condition on a number of the statistics, as "handshakes.finished >= 10".
 */
#ifndef CONTROL_CONDITION_H
#define CONTROL_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_NAME_MAX 63 /* bytes of the name of a number */

enum control_operator {
	CONTROL_EQUAL,
	CONTROL_NOT_EQUAL,
	CONTROL_AT_LEAST,
	CONTROL_AT_MOST,
	CONTROL_ABOVE,
	CONTROL_BELOW,
};

struct control_condition {
	char name[CONTROL_NAME_MAX + 1];
	enum control_operator is;
	uint64_t value;
};

/*
 * Read a condition from the beginning of a text. Returns how many bytes it has,
 * or 0 if there is none.
 */
size_t control_condition_read(
    struct control_condition *, const char *text, size_t size);
bool control_condition_holds(const struct control_condition *, uint64_t value);
/*
 * Read a number of decimal digits from the beginning of a text. Returns how
 * many there are; 0 if there is none, or if it is too large.
 */
size_t control_number_read(uint64_t *, const char *text, size_t size);

#endif
