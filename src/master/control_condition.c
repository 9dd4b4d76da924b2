#include "master/control_condition.h"

#include <string.h>

/* A longer word stands before one that it begins with. */
static const struct {
	const char *word;
	enum control_operator is;
} operators[] = {
	{ "==", CONTROL_EQUAL },
	{ "!=", CONTROL_NOT_EQUAL },
	{ ">=", CONTROL_AT_LEAST },
	{ "<=", CONTROL_AT_MOST },
	{ ">", CONTROL_ABOVE },
	{ "<", CONTROL_BELOW },
};

static size_t condition_name(struct control_condition *, const char *, size_t);
static size_t
condition_operator(struct control_condition *, const char *, size_t);
static size_t condition_blanks(const char *, size_t);
static bool condition_names(char);

size_t
control_condition_read(
    struct control_condition *condition, const char *text, size_t size)
{
	size_t at, part;

	if ((at = condition_name(condition, text, size)) == 0)
		return 0;
	at += condition_blanks(text + at, size - at);
	if ((part = condition_operator(condition, text + at, size - at)) == 0)
		return 0;
	at += part;
	at += condition_blanks(text + at, size - at);
	part = control_number_read(&condition->value, text + at, size - at);
	return part == 0 ? 0 : at + part;
}

bool
control_condition_holds(
    const struct control_condition *condition, uint64_t value)
{
	switch (condition->is) {
	case CONTROL_EQUAL:
		return value == condition->value;
	case CONTROL_NOT_EQUAL:
		return value != condition->value;
	case CONTROL_AT_LEAST:
		return value >= condition->value;
	case CONTROL_AT_MOST:
		return value <= condition->value;
	case CONTROL_ABOVE:
		return value > condition->value;
	case CONTROL_BELOW:
		return value < condition->value;
	}
	return false;
}

size_t
control_number_read(uint64_t *number, const char *text, size_t size)
{
	uint64_t digit;
	size_t i;

	*number = 0;
	for (i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++) {
		digit = (uint64_t)(text[i] - '0');
		if (*number > (UINT64_MAX - digit) / 10)
			return 0;
		*number = *number * 10 + digit;
	}
	return i;
}

static size_t
condition_name(
    struct control_condition *condition, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size && condition_names(text[i]); i++)
		if (i == CONTROL_NAME_MAX)
			return 0;
	memcpy(condition->name, text, i);
	condition->name[i] = '\0';
	return i;
}

static size_t
condition_operator(
    struct control_condition *condition, const char *text, size_t size)
{
	size_t i, length;

	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		length = strlen(operators[i].word);
		if (size < length ||
		    memcmp(text, operators[i].word, length) != 0)
			continue;
		condition->is = operators[i].is;
		return length;
	}
	return 0;
}

static size_t
condition_blanks(const char *text, size_t size)
{
	size_t i = 0;

	while (i < size && text[i] == ' ')
		i++;
	return i;
}

/* A byte of the name of a number: such names have dots, as versions.TLSv1.3 */
static bool
condition_names(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.';
}
