#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/proctitle.h"

/* The place where the arguments were, and after them the environment. */
static struct {
	char *begin;
	char *last; /* the final NUL of the arguments */
	char *end; /* of the whole place */
} proctitle;

static char *proctitle_end_of(char *[], char *);
static void proctitle_write_whole(const char *);

void
proctitle_init(int argc, char *argv[], char *envp[])
{
	if (argc > 0) {
		proctitle.begin = argv[0];
		proctitle.end = proctitle_end_of(argv, argv[0]);
		proctitle.last = proctitle.end - 1;
		proctitle.end = proctitle_end_of(envp, proctitle.end);
	}
	setproctitle_init(argc, argv, envp);
}

/*
 * If the last byte of the place of the arguments is NUL, Linux shows the whole
 * place. If not, it shows the bytes up to the first NUL.
 */
void
proctitle_set(const char *fmt, ...)
{
	char *title;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&title, fmt, ap) == -1)
		fatalx("out of memory");
	va_end(ap);
	setproctitle("%s", title);
	if (proctitle.begin != NULL) {
		proctitle_write_whole(title);
		if (proctitle.begin + strlen(proctitle.begin) < proctitle.last)
			*proctitle.last = '.';
	}
	free(title);
}

/* Returns the end of the strings that follow one another from there on. */
static char *
proctitle_end_of(char *strings[], char *from)
{
	for (; *strings != NULL; strings++)
		if (*strings == from)
			from += strlen(from) + 1;
	return from;
}

/*
 * libbsd cuts a title after 255 bytes, however much room there is, and puts a
 * space behind one that is as long as the program's path.
 */
static void
proctitle_write_whole(const char *title)
{
	size_t room = (size_t)(proctitle.end - proctitle.begin) - 1;
	size_t size, prefix = strlen(getprogname()) + strlen(": ");
	char *whole;

	if (asprintf(&whole, "%s: %s", getprogname(), title) == -1)
		fatalx("out of memory");
	size = strnlen(whole, room);
	/* setproctitle has written nothing if it could not move the strings. */
	if (strncmp(proctitle.begin, whole, prefix) == 0) {
		memcpy(proctitle.begin, whole, size);
		proctitle.begin[size] = '\0';
	}
	free(whole);
}
