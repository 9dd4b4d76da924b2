#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/secrets.h"
#include "foundation/text.h"
#include "tls/identity/passphrase.h"

#define PASSPHRASE_MAX 1024
/* "typed:" and a path are the name of a typed pass phrase (secrets.h). */
#define PASSPHRASE_TYPED "typed:"

static bool passphrase_sealed;

static char *passphrase_environment(const char *);
static char *passphrase_file(const char *, const char *, int);
static char *passphrase_once(int, const char *, int);
static const char *passphrase_known(const char *, int);
static void passphrase_remember(const char *, int, const char *);
static void passphrase_name(char *, size_t, const char *, int);
static char *passphrase_descriptor(int, const char *);
static char *passphrase_fail(const char *, const char *);

char *
passphrase_read(const char *source, int line)
{
	const char *error;
	long long fd;

	if (strncmp(source, "pass:", 5) == 0)
		return strdup(source + 5);
	if (strncmp(source, "env:", 4) == 0)
		return passphrase_environment(source + 4);
	if (strncmp(source, "file:", 5) == 0)
		return passphrase_file(source + 5, source, line);
	if (strncmp(source, "fd:", 3) == 0) {
		fd = strtonum(source + 3, 0, INT_MAX, &error);
		if (error == NULL)
			return passphrase_once((int)fd, source, line);
		return passphrase_fail("Can't read descriptor ", source);
	}
	if (strcmp(source, "stdin") == 0)
		return passphrase_once(STDIN_FILENO, source, line);
	text_printf(TEXT_ERR,
	    "Invalid password argument, starting with \"%.*s\"\n",
	    (int)strcspn(source, ":") + 1, source);
	return passphrase_fail(NULL, NULL);
}

const char *
passphrase_typed(const char *path)
{
	char name[sizeof(PASSPHRASE_TYPED) + PATH_MAX];

	snprintf(name, sizeof(name), PASSPHRASE_TYPED "%s", path);
	return secrets_find(name);
}

void
passphrase_remember_typed(const char *path, const char *phrase)
{
	char name[sizeof(PASSPHRASE_TYPED) + PATH_MAX];

	snprintf(name, sizeof(name), PASSPHRASE_TYPED "%s", path);
	secrets_keep(name, phrase);
}

void
passphrase_seal(void)
{
	passphrase_sealed = true;
}

bool
passphrase_is_sealed(void)
{
	return passphrase_sealed;
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

/* The lines of a pipe can be read only once, whatever path names the pipe. */
static char *
passphrase_file(const char *path, const char *source, int line)
{
	const char *known = passphrase_known(source, line);
	struct stat status;
	char *phrase = NULL;
	int fd, i, flags = O_RDONLY | O_CLOEXEC;

	if (known != NULL)
		return strdup(known);
	/* Do not wait for a FIFO that has replaced the file. */
	if (passphrase_sealed)
		flags |= O_NONBLOCK;
	if ((fd = open(path, flags)) == -1)
		return passphrase_fail("Can't open file ", path);
	if (fstat(fd, &status) == -1 || !S_ISREG(status.st_mode)) {
		phrase = passphrase_once(fd, source, line);
		close(fd);
		return phrase;
	}
	for (i = 0; i < line && (i == 0 || phrase != NULL); i++) {
		passphrase_free(phrase);
		phrase = passphrase_descriptor(fd, path);
	}
	close(fd);
	return phrase;
}

/* Reads from a descriptor, which gives the pass phrase only once. */
static char *
passphrase_once(int fd, const char *source, int line)
{
	const char *known = passphrase_known(source, line);
	char *phrase;

	if (known != NULL)
		return strdup(known);
	if (passphrase_sealed)
		return passphrase_fail("Can't read again ", source);
	if ((phrase = passphrase_descriptor(fd, source)) != NULL)
		passphrase_remember(source, line, phrase);
	return phrase;
}

static const char *
passphrase_known(const char *source, int line)
{
	char name[PATH_MAX];

	passphrase_name(name, sizeof(name), source, line);
	return secrets_find(name);
}

static void
passphrase_remember(const char *source, int line, const char *phrase)
{
	char name[PATH_MAX];

	passphrase_name(name, sizeof(name), source, line);
	secrets_keep(name, phrase);
}

static void
passphrase_name(char *name, size_t size, const char *source, int line)
{
	snprintf(name, size, "line %d of %s", line, source);
}

/* Reads byte by byte, because others read what follows the line. */
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
