#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "config/manual.h"
#include "config/nearest.h"
#include "foundation/log.h"
#include "foundation/text.h"

#define PART_MARK    '\1'
#define GROUP_SUFFIX " options"

/* A part of the text, as man/text.awk makes them. */
struct part {
	const char *kind;
	const char *names; /* the title, or the names of options */
	size_t names_length;
	const char *text;
	size_t length; /* of the text */
};

static bool part_next(struct part *);
static bool part_is(const struct part *, const char *kind);
static bool part_has_title(const struct part *);
static bool manual_print_option(const char *);
static bool part_has_option(const struct part *, const char *);
static void manual_point_to_titled(const char *);
static bool manual_print_titled(const char *);
static bool part_is_titled(const struct part *, const char *);
static size_t title_length(const struct part *);
static void manual_offer_titles(struct nearest *);

int
manual_print(const char *word)
{
	const char *name = word + strspn(word, "-");
	struct nearest nearest;
	char near[256];

	if (manual_print_option(name)) {
		if (name == word)
			manual_point_to_titled(word);
		return 0;
	}
	if (name == word && manual_print_titled(word))
		return 0;
	nearest_init(&nearest, name, strlen(name));
	nearest_offer_options(&nearest);
	if (name == word)
		manual_offer_titles(&nearest);
	nearest_list(&nearest, "", near, sizeof(near));
	if (*near == '\0')
		log_warnx("-help_on %s: no such option or group; -help "
			  "lists them",
		    word);
	else
		log_warnx(
		    "-help_on %s: no such option or group; try %s", word, near);
	return -1;
}

/* Go on to the next part; text is NULL before the first one. */
static bool
part_next(struct part *part)
{
	const char *at =
	    part->text == NULL ? manual_text : part->text + part->length;

	if (*at != PART_MARK)
		return false;
	part->kind = at + 1;
	at += strcspn(at, " \n");
	part->names = *at == ' ' ? at + 1 : at;
	part->names_length = strcspn(part->names, "\n");
	part->text = part->names + part->names_length + 1;
	part->length = strcspn(part->text, (char[]){ PART_MARK, '\0' });
	return true;
}

static bool
part_is(const struct part *part, const char *kind)
{
	return strncmp(part->kind, kind, strlen(kind)) == 0;
}

static bool
part_has_title(const struct part *part)
{
	return part_is(part, "chapter") || part_is(part, "group");
}

/* Returns false if there is no such option. */
static bool
manual_print_option(const char *name)
{
	struct part part = { .text = NULL };

	while (part_next(&part))
		if (part_is(&part, "options") && part_has_option(&part, name)) {
			text_write(TEXT_OUT, part.text, part.length);
			return true;
		}
	return false;
}

static bool
part_has_option(const struct part *part, const char *name)
{
	const char *at = part->names, *end = at + part->names_length;
	size_t length = strlen(name), n;

	for (; at < end; at += n + 1) {
		n = strcspn(at, " \n");
		if (n == length && memcmp(at, name, n) == 0)
			return true;
	}
	return false;
}

/* The word names an option, too. */
static void
manual_point_to_titled(const char *word)
{
	struct part part = { .text = NULL };

	while (part_next(&part))
		if (part_has_title(&part) && part_is_titled(&part, word))
			text_printf(TEXT_OUT, "\nSee also: -help_on \"%.*s\"\n",
			    (int)part.names_length, part.names);
}

/*
 * Print each group and chapter of this title. A chapter has its groups in it, a
 * group its options. Returns false if there is none.
 */
static bool
manual_print_titled(const char *title)
{
	struct part part = { .text = NULL };
	bool chapter = false, group = false, found = false;

	while (part_next(&part)) {
		if (part_is(&part, "chapter")) {
			chapter = part_is_titled(&part, title);
			group = false;
		} else if (part_is(&part, "group")) {
			group = part_is_titled(&part, title);
		}
		if (!chapter && !group)
			continue;
		if (found &&
		    (part_has_title(&part) || part_is(&part, "options")))
			text_printf(TEXT_OUT, "\n");
		text_write(TEXT_OUT, part.text, part.length);
		found = true;
	}
	return found;
}

/* "modes" and "Mode" mean "Mode options", too. */
static bool
part_is_titled(const struct part *part, const char *title)
{
	size_t length = strlen(title), shortest = title_length(part);

	if (length == part->names_length &&
	    strncasecmp(part->names, title, length) == 0)
		return true;
	if (strncasecmp(part->names, title, shortest) != 0)
		return false;
	title += shortest;
	return *title == '\0' || strcasecmp(title, "s") == 0 ||
	    strcasecmp(title, "es") == 0;
}

/* Without the word that all groups of options have. */
static size_t
title_length(const struct part *part)
{
	size_t suffix = strlen(GROUP_SUFFIX), length = part->names_length;

	if (length > suffix &&
	    memcmp(part->names + length - suffix, GROUP_SUFFIX, suffix) == 0)
		return length - suffix;
	return length;
}

static void
manual_offer_titles(struct nearest *nearest)
{
	struct part part = { .text = NULL };

	while (part_next(&part))
		if (part_has_title(&part))
			nearest_offer(nearest, part.names, title_length(&part));
}
