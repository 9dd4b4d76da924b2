#include <string.h>

#include "base/http.h"

#define HTTP_BEGIN "HTTP/"

static bool http_is_request(const char *);
static bool http_has_dots(const char *);

void
http_lines_init(struct http_lines *lines)
{
	memset(lines, 0, sizeof(*lines));
	textbuf_init(&lines->line);
}

void
http_lines_free(struct http_lines *lines)
{
	textbuf_free(&lines->line);
}

void
http_lines_feed(struct http_lines *lines, const void *data, size_t size)
{
	lines->data = data;
	lines->size = size;
}

struct textbuf *
http_lines_next(struct http_lines *lines)
{
	const char *end;
	size_t room, take;

	/* Free the memory: the peer may be silent for long. */
	if (lines->complete && lines->size == 0)
		textbuf_free(&lines->line);
	else if (lines->complete)
		textbuf_clear(&lines->line);
	lines->complete = false;
	if (lines->size == 0)
		return NULL;
	room = HTTP_LINE_MAX - lines->line.size;
	take = lines->size < room ? lines->size : room;
	if ((end = memchr(lines->data, '\n', take)) != NULL)
		take = (size_t)(end - lines->data) + 1;
	textbuf_append(&lines->line, lines->data, take);
	lines->data += take;
	lines->size -= take;
	lines->complete = end != NULL || lines->line.size == HTTP_LINE_MAX;
	return lines->complete ? &lines->line : NULL;
}

enum http_method
http_method(char *line, char **target)
{
	static const struct {
		const char *begin;
		enum http_method method;
	} methods[] = { { "GET ", HTTP_GET }, { "HEAD ", HTTP_HEAD } };
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strncmp(line, methods[i].begin, strlen(methods[i].begin)) ==
		    0) {
			*target = line + strlen(methods[i].begin);
			return methods[i].method;
		}
	return http_is_request(line) ? HTTP_OTHER : HTTP_NOTHING;
}

/*
 * Returns true for a method, something, and a version. If the line was cut
 * because it is too long, the version may be missing.
 */
static bool
http_is_request(const char *line)
{
	size_t size = strspn(line,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789!#$%&'*+-.^_`|~");
	const char *version;

	if (size == 0 || line[size] != ' ')
		return false;
	version = strchr(line + size + 1, ' ');
	return strchr(line, '\n') == NULL ||
	    (version != NULL && strstr(version, " " HTTP_BEGIN) != NULL);
}

size_t
http_head_take(struct http_head *head, const char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size && !head->over; i++) {
		head->over = head->size == HTTP_LINE_MAX;
		if (head->size < strlen(HTTP_BEGIN) &&
		    data[i] != HTTP_BEGIN[head->size]) {
			/* The bytes that agreed so far are no head either. */
			head->over = true;
			i = 0;
		}
		if (head->over)
			break;
		head->size++;
		head->over = data[i] == '\n' && !head->in_line;
		if (data[i] != '\r')
			head->in_line = data[i] != '\n';
	}
	return i;
}

enum http_path
http_path(char *line)
{
	size_t end = strcspn(line, " :");
	char stop = line[end];

	if (stop == '\0')
		return HTTP_PATH_ENDLESS;
	line[end] = '\0';
	if (stop == ':' || http_has_dots(line))
		return HTTP_PATH_DOTS;
	if (line[0] == '/' || line[0] == '\\')
		return HTTP_PATH_ABSOLUTE;
	return HTTP_PATH_GOOD;
}

const char *
http_content_type(const char *path)
{
	static const char *const html[] = { ".html", ".php", ".htm" };
	size_t size = strlen(path), suffix, i;

	for (i = 0; i < sizeof(html) / sizeof(html[0]); i++) {
		suffix = strlen(html[i]);
		if (size > suffix && strcmp(path + size - suffix, html[i]) == 0)
			return "text/html";
	}
	return "text/plain";
}

/* A backslash separates as well, because the files may be on a foreign disk. */
static bool
http_has_dots(const char *path)
{
	size_t size;

	for (;;) {
		size = strcspn(path, "/\\");
		if (size == 2 && path[0] == '.' && path[1] == '.')
			return true;
		if (path[size] == '\0')
			return false;
		path += size + 1;
	}
}
