#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "proctitle.h"

/* Where the arguments were. */
static struct {
	char *begin;
	char *last; /* the final NUL */
} proctitle;

void
proctitle_init(int argc, char *argv[], char *envp[])
{
	if (argc > 0) {
		proctitle.begin = argv[0];
		proctitle.last = argv[argc - 1] + strlen(argv[argc - 1]);
	}
	setproctitle_init(argc, argv, envp);
}

/*
 * Linux shows the whole place of the arguments unless its last byte is not
 * NUL; only then it stops at the first NUL.
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
	free(title);
	if (proctitle.begin != NULL &&
	    proctitle.begin + strlen(proctitle.begin) < proctitle.last)
		*proctitle.last = '.';
}
