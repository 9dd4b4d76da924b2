/*
 * Requests of clients, in pieces: the lines contain the bytes that came, and an
 * accepted path does not lead out of the directory.
 */
#include "base/http.h"
#include "foundation/escape.h"
#include "fuzz.h"

static void
check_path(const char *line, size_t size)
{
	char *path = malloc(size + 1);

	HOLDS(path != NULL);
	memcpy(path, line, size);
	path[size] = '\0';
	if (http_path(path) == HTTP_PATH_GOOD) {
		HOLDS(strpbrk(path, " :") == NULL);
		HOLDS(path[0] != '/' && path[0] != '\\');
		HOLDS(strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0);
		HOLDS(strstr(path, "/../") == NULL);
		HOLDS(http_content_type(path) != NULL);
	}
	free(path);
}

static void
check_escape(const char *line)
{
	struct textbuf text;

	textbuf_init(&text);
	escape_html(&text, line);
	HOLDS(text.size >= strlen(line));
	HOLDS(text.size == 0 || strpbrk(text.data, "<>") == NULL);
	textbuf_free(&text);
}

static size_t
check_lines(struct http_lines *lines, const uint8_t *expected)
{
	struct textbuf *line;
	size_t seen = 0;

	while ((line = http_lines_next(lines)) != NULL) {
		HOLDS(line->size > 0 && line->size <= HTTP_LINE_MAX);
		HOLDS(memcmp(line->data, expected + seen, line->size) == 0);
		seen += line->size;
		check_path(line->data, line->size);
		check_escape(line->data);
	}
	return seen;
}

/* The first byte says how many bytes come at once. */
void
fuzz_input(const uint8_t *data, size_t size)
{
	struct http_lines lines;
	size_t step, at, piece, seen = 0;
	uint8_t *copy;

	if (size == 0)
		return;
	step = *data++ + 1U;
	size--;
	http_lines_init(&lines);
	for (at = 0; at < size; at += piece) {
		piece = step < size - at ? step : size - at;
		copy = fuzz_copy(data + at, piece);
		http_lines_feed(&lines, copy, piece);
		seen += check_lines(&lines, data + seen);
		free(copy);
	}
	HOLDS(seen <= size && size - seen < HTTP_LINE_MAX);
	HOLDS(memchr(data + seen, '\n', size - seen) == NULL);
	http_lines_free(&lines);
}
