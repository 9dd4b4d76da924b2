#include "master/control_line.h"

#include <stdbool.h>
#include <string.h>

#include "foundation/escape.h"
#include "foundation/textbuf.h"

/* Not more of a line than this is repeated in an error. */
#define LINE_SHOWN_MAX 64

/*
 * In a pattern a word in capitals stands for something, and TEXT and EXPRESSION
 * for all that is left.
 */
static const struct {
	const char *pattern;
	enum control_verb verb;
	const char *help;
} line_rows[] = {
	{ "stats", CONTROL_STATS,
	    "the statistics, as -stats_json writes them" },
	{ "wait EXPRESSION", CONTROL_WAIT,
	    "[SECONDS] until it is so, as: wait handshakes.finished >= 10 5" },
	{ "connections", CONTROL_CONNECTIONS,
	    "a line of JSON about each that is open" },
	{ "close CONNECTION", CONTROL_CLOSE, "end this connection" },
	{ "send CONNECTION TEXT", CONTROL_SEND,
	    "this line, as typed on the console for this connection" },
	{ "LETTER CONNECTION", CONTROL_LETTER,
	    "a command of the console, one of " CONTROL_LETTERS },
	{ "reload", CONTROL_RELOAD, "read certificates and keys again" },
	{ "reopen", CONTROL_REOPEN, "open the file of -log anew" },
	{ "rotate", CONTROL_ROTATE,
	    "make the next ticket key the current one" },
	{ "flush sessions", CONTROL_FLUSH, "empty the session cache" },
	{ "workers NUMBER", CONTROL_WORKERS,
	    "have so many workers, up to -workers_max" },
	{ "worker NUMBER restart", CONTROL_RESTART,
	    "replace this worker by a new one" },
	{ "drain", CONTROL_DRAIN,
	    "accept no more, and end when no connection is open" },
	{ "quit", CONTROL_QUIT, "end every connection, and the server" },
	{ "help", CONTROL_HELP, "these lines" },
};
#define LINE_ROWS (sizeof(line_rows) / sizeof(*line_rows))

/* What is left of a line. */
struct line_rest {
	const char *at, *end;
};

static bool
line_matches(struct control_order *, const char *, struct line_rest);
static bool
line_part(struct control_order *, const char *, size_t, struct line_rest *);
static bool line_letter(struct control_order *, struct line_rest *);
static bool line_text(struct control_order *, struct line_rest *);
static bool line_condition(struct control_order *, struct line_rest *);
static bool line_number(uint64_t *, struct line_rest *);
static bool line_word(struct line_rest *, const char *, size_t);
static bool line_begins(struct line_rest, const char *);
static void line_skip_blanks(struct line_rest *);
static int line_unknown(const char *, size_t, struct textbuf *);

int
control_line_read(struct control_order *order, const char *line, size_t size,
    struct textbuf *error)
{
	const struct line_rest all = { line, line + size };
	size_t i, near = LINE_ROWS;

	for (i = 0; i < LINE_ROWS; i++) {
		*order = (struct control_order){ .verb = line_rows[i].verb };
		if (line_matches(order, line_rows[i].pattern, all))
			return 0;
		if (line_begins(all, line_rows[i].pattern))
			near = i;
	}
	if (near == LINE_ROWS)
		return line_unknown(line, size, error);
	textbuf_printf(error, "usage: %s%s", line_rows[near].pattern,
	    line_rows[near].verb == CONTROL_WAIT ? " [SECONDS]" : "");
	return -1;
}

void
control_line_help(struct textbuf *text)
{
	size_t i;

	for (i = 0; i < LINE_ROWS; i++)
		textbuf_printf(text, "%-24s %s\n", line_rows[i].pattern,
		    line_rows[i].help);
}

static bool
line_matches(
    struct control_order *order, const char *pattern, struct line_rest rest)
{
	size_t length;

	for (;; pattern += length + 1) {
		length = strcspn(pattern, " ");
		if (!line_part(order, pattern, length, &rest))
			return false;
		if (pattern[length] == '\0')
			break;
	}
	line_skip_blanks(&rest);
	return rest.at == rest.end;
}

/* Does the line go on as this word of a pattern says? */
static bool
line_part(struct control_order *order, const char *word, size_t length,
    struct line_rest *rest)
{
	if (strncmp(word, "CONNECTION", length) == 0 ||
	    strncmp(word, "NUMBER", length) == 0)
		return line_number(&order->number, rest);
	if (strncmp(word, "LETTER", length) == 0)
		return line_letter(order, rest);
	if (strncmp(word, "TEXT", length) == 0)
		return line_text(order, rest);
	if (strncmp(word, "EXPRESSION", length) == 0)
		return line_condition(order, rest);
	return line_word(rest, word, length);
}

static bool
line_letter(struct control_order *order, struct line_rest *rest)
{
	line_skip_blanks(rest);
	order->text = rest->at;
	order->text_size = 1;
	return rest->at < rest->end && *rest->at != '\0' &&
	    strchr(CONTROL_LETTERS, *rest->at) != NULL &&
	    line_word(rest, rest->at, 1);
}

/* All behind one blank, with its own blanks. */
static bool
line_text(struct control_order *order, struct line_rest *rest)
{
	if (rest->at == rest->end)
		return false;
	order->text = rest->at + 1;
	order->text_size = (size_t)(rest->end - order->text);
	rest->at = rest->end;
	return true;
}

/* With the seconds that may follow. */
static bool
line_condition(struct control_order *order, struct line_rest *rest)
{
	size_t size;

	line_skip_blanks(rest);
	size = control_condition_read(
	    &order->condition, rest->at, (size_t)(rest->end - rest->at));
	if (size == 0)
		return false;
	rest->at += size;
	order->seconds = CONTROL_WAIT_S;
	if (rest->at == rest->end)
		return true;
	return *rest->at == ' ' &&
	    (line_number(&order->seconds, rest) || rest->at == rest->end) &&
	    order->seconds <= CONTROL_WAIT_MAX_S;
}

static bool
line_number(uint64_t *number, struct line_rest *rest)
{
	uint64_t read;
	size_t size;

	line_skip_blanks(rest);
	size = control_number_read(
	    &read, rest->at, (size_t)(rest->end - rest->at));
	if (size == 0 || (rest->at + size < rest->end && rest->at[size] != ' '))
		return false;
	rest->at += size;
	*number = read;
	return true;
}

/* Skips the next word of the line, if it is this one. */
static bool
line_word(struct line_rest *rest, const char *word, size_t length)
{
	line_skip_blanks(rest);
	if ((size_t)(rest->end - rest->at) < length ||
	    memcmp(rest->at, word, length) != 0 ||
	    (rest->at + length < rest->end && rest->at[length] != ' '))
		return false;
	rest->at += length;
	return true;
}

/* Is the first word of the line that of the pattern? */
static bool
line_begins(struct line_rest rest, const char *pattern)
{
	struct control_order order;

	return line_part(&order, pattern, strcspn(pattern, " "), &rest);
}

static void
line_skip_blanks(struct line_rest *rest)
{
	while (rest->at < rest->end && *rest->at == ' ')
		rest->at++;
}

/* Returns -1. */
static int
line_unknown(const char *line, size_t size, struct textbuf *error)
{
	if (size == 0) {
		textbuf_puts(error, "there is no command in this line");
		return -1;
	}
	textbuf_puts(error, "unknown command: ");
	escape_line(error, line, size < LINE_SHOWN_MAX ? size : LINE_SHOWN_MAX);
	return -1;
}
