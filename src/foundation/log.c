#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/text.h"

#define LOG_LENGTH_MAX 1023
/* Each byte may become four. */
#define LOG_SHOWN_MAX (4 * LOG_LENGTH_MAX)
/* Room for what strerror(3) says. */
#define LOG_ERRNO_MAX 256

static void
log_line(const char *, va_list, int) __attribute__((format(printf, 1, 0)));
static void log_show(char *, const char *);
static bool log_is_control(const char *, size_t);

static void log_fatal_line(const char *, va_list, int)
    __attribute__((format(printf, 1, 0)));
static _Noreturn void log_exit(void);

static struct {
	void (*run)(void *);
	void *arg;
	bool begun; /* this process has begun to exit */
} log_last;

static struct {
	void (*hear)(void *, const char *);
	void *arg;
} log_watcher;

void
log_before_exit(void (*run)(void *), void *arg)
{
	log_last.run = run;
	log_last.arg = arg;
}

void
log_watch(void (*hear)(void *, const char *), void *arg)
{
	log_watcher.hear = hear;
	log_watcher.arg = arg;
}

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
	log_fatal_line(fmt, ap, error);
	va_end(ap);
	log_exit();
}

void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_fatal_line(fmt, ap, 0);
	va_end(ap);
	log_exit();
}

/* Not of what fails for this line itself, or in what runs last. */
static void
log_fatal_line(const char *fmt, va_list ap, int error)
{
	/* The process that diverts text will never look at it. */
	text_divert(NULL, NULL);
	if (log_last.begun)
		return;
	log_last.begun = true;
	log_line(fmt, ap, error);
}

static void
log_exit(void)
{
	void (*run)(void *) = log_last.run;

	log_last.run = NULL;
	if (run != NULL)
		run(log_last.arg);
	_exit(1);
}

/* The line is written whole, so that lines of two processes never mix. */
static void
log_line(const char *fmt, va_list ap, int error)
{
	char message[LOG_LENGTH_MAX + 1], shown[LOG_SHOWN_MAX + LOG_ERRNO_MAX];

	vsnprintf(message, sizeof(message), fmt, ap);
	log_show(shown, message);
	if (error != 0)
		snprintf(shown + strlen(shown), LOG_ERRNO_MAX, ": %s",
		    strerror(error));
	text_printf(TEXT_ERR, "s_server: %s\n", shown);
	if (log_watcher.hear != NULL)
		log_watcher.hear(log_watcher.arg, shown);
}

/*
 * A word of the user's, such as a name, must not command the terminal, nor
 * begin another line. Not escape.h, which may have to report a lack of memory.
 */
static void
log_show(char *shown, const char *message)
{
	size_t i;

	for (i = 0; message[i] != '\0'; i++) {
		if (log_is_control(message, i))
			shown += sprintf(
			    shown, "\\x%02x", (unsigned char)message[i]);
		else
			*shown++ = message[i];
	}
	*shown = '\0';
}

/* Bytes from 0x80 on are a control where they do not go on with a character. */
static bool
log_is_control(const char *text, size_t i)
{
	unsigned char c = (unsigned char)text[i];
	unsigned char before = i > 0 ? (unsigned char)text[i - 1] : 0;

	if (c < 0x80)
		return c < ' ' || c == 0x7f;
	return c < 0xa0 && (before < 0x80 || before == 0xc2);
}
