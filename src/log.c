#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

static void
log_line(const char *, va_list, int) __attribute__((format(printf, 1, 0)));

void
log_warn(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	log_line(fmt, ap, error);
	va_end(ap);
}

void
log_warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(fmt, ap, 0);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, fmt);
	log_line(fmt, ap, error);
	va_end(ap);
	_exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(fmt, ap, 0);
	va_end(ap);
	_exit(1);
}

/* The line is written whole, so that lines of two processes never mix. */
static void
log_line(const char *fmt, va_list ap, int error)
{
	char message[1024];

	vsnprintf(message, sizeof(message), fmt, ap);
	if (error != 0)
		text_printf(
		    TEXT_ERR, "s_server: %s: %s\n", message, strerror(error));
	else
		text_printf(TEXT_ERR, "s_server: %s\n", message);
}
