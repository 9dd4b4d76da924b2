#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "passphrase.h"
#include "text.h"

#define PASSPHRASE_MAX 1024

static char *passphrase_environment(const char *);
static char *passphrase_file(const char *);
static char *passphrase_descriptor(int, const char *);
static char *passphrase_fail(const char *, const char *);

char *
passphrase_read(const char *source)
{
	const char *error;
	long long fd;

	if (strncmp(source, "pass:", 5) == 0)
		return strdup(source + 5);
	if (strncmp(source, "env:", 4) == 0)
		return passphrase_environment(source + 4);
	if (strncmp(source, "file:", 5) == 0)
		return passphrase_file(source + 5);
	if (strncmp(source, "fd:", 3) == 0) {
		fd = strtonum(source + 3, 0, INT_MAX, &error);
		if (error == NULL)
			return passphrase_descriptor((int)fd, source);
		return passphrase_fail("Can't read descriptor ", source);
	}
	if (strcmp(source, "stdin") == 0)
		return passphrase_descriptor(STDIN_FILENO, source);
	text_printf(TEXT_ERR,
	    "Invalid password argument, starting with \"%.*s\"\n",
	    (int)strcspn(source, ":") + 1, source);
	return passphrase_fail(NULL, NULL);
}

void
passphrase_free(char *phrase)
{
	if (phrase != NULL)
		freezero(phrase, strlen(phrase));
}

static char *
passphrase_environment(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL)
		return passphrase_fail("No environment variable ", name);
	return strdup(value);
}

static char *
passphrase_file(const char *path)
{
	char *phrase;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return passphrase_fail("Can't open file ", path);
	phrase = passphrase_descriptor(fd, path);
	close(fd);
	return phrase;
}

/* Byte by byte: what follows the line is somebody else's. */
static char *
passphrase_descriptor(int fd, const char *source)
{
	char line[PASSPHRASE_MAX];
	char *phrase;
	size_t size = 0;
	ssize_t n;

	while (size < sizeof(line) - 1) {
		n = read(fd, line + size, 1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || (n == 0 && size == 0))
			return passphrase_fail(
			    "Error reading password from ", source);
		if (n == 0 || line[size] == '\n')
			break;
		size++;
	}
	if (size > 0 && line[size - 1] == '\r')
		size--;
	line[size] = '\0';
	phrase = strdup(line);
	explicit_bzero(line, sizeof(line));
	return phrase;
}

static char *
passphrase_fail(const char *why, const char *name)
{
	if (why != NULL)
		text_printf(TEXT_ERR, "%s%s\n", why, name);
	text_printf(TEXT_ERR, "Error getting password\n");
	return NULL;
}
