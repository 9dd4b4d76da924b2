#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "config/option_table.h"
#include "config/options_file.h"
#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/monotime.h"

#define BLANKS " \t\r"
/* What each line of the program's own begins with. */
#define LOG_PREFIX "s_server: "
/* Some editors put this first. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static ssize_t options_file_read(const char *path, int fd, char *);
static ssize_t read_before(int fd, char *, size_t, int64_t due_ms);
static int options_file_check(struct options_file *, const char *, size_t);
static char *take_line(char **at);
static int options_file_split(struct options_file *, char *line);
static char *take_word(char **at);
static char *with_dash(char *word);
static int options_file_refuse(const struct options_file *, const char *);
static void
options_file_keep(enum text_stream, const void *, size_t, void *arg);

int
options_file_open(struct options_file *file, const char *path)
{
	/* One byte more, to see that there is more; and a NUL. */
	char *text = config_keep(OPTIONS_FILE_BYTES_MAX + 2);
	ssize_t size;
	int fd;

	memset(file, 0, sizeof(*file));
	file->path = path;
	/* To wait for the writer of a FIFO is left to poll(2). */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1) {
		log_warn("-options %s", path);
		return -1;
	}
	size = options_file_read(path, fd, text);
	close(fd);
	return size == -1 ? -1 : options_file_check(file, text, (size_t)size);
}

/* Returns the number of bytes, or -1 (reported). */
static ssize_t
options_file_read(const char *path, int fd, char *text)
{
	int64_t due_ms = monotime_ms() + OPTIONS_FILE_WAIT_S * 1000;
	size_t used = 0, room = OPTIONS_FILE_BYTES_MAX + 1;
	ssize_t n;

	do {
		n = read_before(fd, text + used, room - used, due_ms);
		if (n == -1 && errno == ETIMEDOUT)
			log_warnx("-options %s: not written to its end within "
				  "%d seconds",
			    path, OPTIONS_FILE_WAIT_S);
		else if (n == -1)
			log_warn("-options %s", path);
		if (n == -1)
			return -1;
		used += (size_t)n;
	} while (n > 0 && used < room);
	if (used == room) {
		log_warnx("-options %s: more than %d bytes", path,
		    OPTIONS_FILE_BYTES_MAX);
		return -1;
	}
	return (ssize_t)used;
}

/* As read(2); waits for a writer, but not longer than that. */
static ssize_t
read_before(int fd, char *text, size_t size, int64_t due_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t n;
	int ready;

	do {
		ready = poll(&poll_fd, 1, monotime_left(monotime_ms(), due_ms));
		if (ready == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		n = ready == -1 ? -1 : read(fd, text, size);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	return n;
}

static int
options_file_check(struct options_file *file, const char *text, size_t size)
{
	const char *nul = memchr(text, '\0', size), *at;

	file->rest = (char *)text;
	if (strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		file->rest += strlen(BYTE_ORDER_MARK);
	if (nul == NULL)
		return 0;
	file->line = 1;
	for (at = text; at < nul; at++)
		file->line += *at == '\n';
	return options_file_refuse(file, "a NUL byte");
}

int
options_file_next(struct options_file *file)
{
	while (*file->rest != '\0') {
		file->line++;
		if (options_file_split(file, take_line(&file->rest)) == -1)
			return -1;
		if (file->count > 0)
			return 1;
	}
	return 0;
}

static char *
take_line(char **at)
{
	char *line = *at, *end = line + strcspn(line, "\n");

	*at = *end == '\n' ? end + 1 : end;
	*end = '\0';
	return line;
}

static int
options_file_split(struct options_file *file, char *line)
{
	char *word;

	file->count = 0;
	for (;;) {
		line += strspn(line, BLANKS);
		if (*line == '\0' || *line == '#')
			break;
		if ((word = take_word(&line)) == NULL)
			return options_file_refuse(
			    file, "a quote is not closed");
		if (file->count == OPTIONS_FILE_WORDS_MAX)
			return options_file_refuse(file,
			    "more than an option and its value; "
			    "a value with blanks needs quotes");
		file->words[file->count++] = word;
	}
	if (file->count > 0 && *file->words[0] != '-')
		file->words[0] = with_dash(file->words[0]);
	return 0;
}

/* Take the quotes off in place. Returns NULL if one is not closed. */
static char *
take_word(char **at)
{
	char *word = *at, *from, *to = word, quote = '\0';

	for (from = word; *from != '\0'; from++) {
		if (quote == '\0' && strchr(BLANKS, *from) != NULL)
			break;
		if (quote == '\0' && (*from == '"' || *from == '\'')) {
			quote = *from;
			continue;
		}
		if (quote != '\0' && *from == quote) {
			quote = '\0';
			continue;
		}
		if (quote == '"' && *from == '\\' &&
		    (from[1] == '"' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
	*at = *from == '\0' ? from : from + 1;
	*to = '\0';
	return quote == '\0' ? word : NULL;
}

static char *
with_dash(char *word)
{
	char *copy = config_keep(strlen(word) + 2);

	*copy = '-';
	memcpy(copy + 1, word, strlen(word) + 1);
	return copy;
}

/* Returns -1. */
static int
options_file_refuse(const struct options_file *file, const char *why)
{
	log_warnx("%s:%u: %s", file->path, file->line, why);
	return -1;
}

void
options_file_hold(struct options_file *file)
{
	textbuf_init(&file->said);
	text_divert(options_file_keep, file);
}

static void
options_file_keep(
    enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct options_file *file = arg;

	file->stream = stream;
	textbuf_append(&file->said, data, size);
}

void
options_file_release(struct options_file *file, bool is_error)
{
	const char *said = file->said.data;
	size_t prefix = strlen(LOG_PREFIX);
	struct textbuf path;

	text_divert(NULL, NULL);
	if (file->said.size > 0 && is_error) {
		if (strncmp(said, LOG_PREFIX, prefix) != 0)
			prefix = 0;
		textbuf_init(&path);
		text_printf(file->stream, "%.*s%s:%u: %s", (int)prefix, said,
		    escape_string(&path, file->path), file->line,
		    said + prefix);
		textbuf_free(&path);
	} else {
		text_write(file->stream, said, file->said.size);
	}
	textbuf_free(&file->said);
}
