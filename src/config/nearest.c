#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/nearest.h"
#include "config/option_table.h"

/* No option has a longer name. */
#define NEAREST_LENGTH_MAX 40
/* Mistakes that are still one of these words, however long it is. */
#define NEAREST_MISTAKES_MAX 3
/* A name that begins with the word, or contains it, is behind any of these. */
#define NEAREST_BEGINS	 (NEAREST_MISTAKES_MAX + 1)
#define NEAREST_CONTAINS (NEAREST_MISTAKES_MAX + 2)
#define NEAREST_FAR	 (NEAREST_MISTAKES_MAX + 3)
/* Shorter words are a part of too many names. */
#define NEAREST_PART_MIN 3

static unsigned nearest_distance(const struct nearest *, const char *, size_t);
static bool
nearest_has(const char *, size_t, const char *, size_t, bool only_at_begin);
static unsigned nearest_mistakes(const char *, size_t, const char *, size_t);
static unsigned least(unsigned, unsigned, unsigned);
static int plain(char);

void
nearest_init(struct nearest *nearest, const char *word, size_t length)
{
	memset(nearest, 0, sizeof(*nearest));
	nearest->word = word;
	nearest->length = length;
	nearest->distance = NEAREST_FAR - 1;
}

void
nearest_offer(struct nearest *nearest, const char *name, size_t length)
{
	unsigned distance = nearest_distance(nearest, name, length);

	if (distance > nearest->distance)
		return;
	if (distance < nearest->distance)
		nearest->count = 0;
	nearest->distance = distance;
	if (nearest->count < NEAREST_MAX) {
		nearest->name[nearest->count].text = name;
		nearest->name[nearest->count].length = length;
	}
	nearest->count++;
}

void
nearest_offer_options(struct nearest *nearest)
{
	const struct option_section *section;
	const struct option *option;

	for (section = option_table; section->title != NULL; section++)
		for (option = section->options; option->name != NULL; option++)
			nearest_offer(
			    nearest, option->name, strlen(option->name));
}

char *
nearest_list(
    const struct nearest *nearest, const char *dash, char *buffer, size_t size)
{
	size_t used = 0;
	unsigned i;
	int n;

	*buffer = '\0';
	if (nearest->count > NEAREST_MAX)
		return buffer;
	for (i = 0; i < nearest->count && used < size; i++) {
		n = snprintf(buffer + used, size - used, "%s%s%.*s",
		    i == 0			  ? ""
			: i == nearest->count - 1 ? " or "
						  : ", ",
		    dash, (int)nearest->name[i].length, nearest->name[i].text);
		used += (size_t)n;
	}
	return buffer;
}

static unsigned
nearest_distance(const struct nearest *nearest, const char *name, size_t length)
{
	unsigned allowed, mistakes;

	if (nearest->length > NEAREST_LENGTH_MAX || length > NEAREST_LENGTH_MAX)
		return NEAREST_FAR;
	allowed = (unsigned)(nearest->length + 1) / 3;
	if (allowed > NEAREST_MISTAKES_MAX)
		allowed = NEAREST_MISTAKES_MAX;
	mistakes =
	    nearest_mistakes(nearest->word, nearest->length, name, length);
	if (mistakes <= allowed)
		return mistakes;
	if (nearest_has(name, length, nearest->word, nearest->length, true))
		return NEAREST_BEGINS;
	/* Such as -accept:4433. */
	if (nearest_has(nearest->word, nearest->length, name, length, true) &&
	    isalpha((unsigned char)nearest->word[length]) == 0)
		return NEAREST_BEGINS;
	if (nearest_has(name, length, nearest->word, nearest->length, false))
		return NEAREST_CONTAINS;
	return NEAREST_FAR;
}

/* Does the text contain the part, and more? */
static bool
nearest_has(const char *text, size_t length, const char *part,
    size_t part_length, bool only_at_begin)
{
	size_t i, j, last;

	if (part_length < NEAREST_PART_MIN || part_length >= length)
		return false;
	last = only_at_begin ? 0 : length - part_length;
	for (i = 0; i <= last; i++) {
		for (j = 0; j < part_length; j++)
			if (plain(text[i + j]) != plain(part[j]))
				break;
		if (j == part_length)
			return true;
	}
	return false;
}

/*
 * How many letters were left out, added, changed or exchanged with their
 * neighbours (the distance of Damerau and Levenshtein, in which no letter is
 * touched twice). Each row is for a beginning of a; its fields are for the
 * beginnings of b.
 */
static unsigned
nearest_mistakes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][NEAREST_LENGTH_MAX + 1], *before, *last, *row;
	size_t i, j;

	for (j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (i = 1; i <= a_length; i++) {
		row = rows[i % 3];
		last = rows[(i + 2) % 3];
		before = rows[(i + 1) % 3];
		row[0] = (unsigned)i;
		for (j = 1; j <= b_length; j++) {
			row[j] = least(last[j] + 1, row[j - 1] + 1,
			    last[j - 1] + (plain(a[i - 1]) != plain(b[j - 1])));
			if (i > 1 && j > 1 &&
			    plain(a[i - 1]) == plain(b[j - 2]) &&
			    plain(a[i - 2]) == plain(b[j - 1]))
				row[j] =
				    least(row[j], row[j], before[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned less = a < b ? a : b;

	return less < c ? less : c;
}

/* Capitals and the two dashes are mixed up as easily as they are typed. */
static int
plain(char c)
{
	return c == '_' ? '-' : tolower((unsigned char)c);
}
