/*
 * One-line errors and warnings on standard error, each beginning with
 * "s_server: ". A module reports where it knows most and returns -1; callers
 * only pass the failure on.
 *
 * Control characters become \xNN, and a line has at most 1 KiB of text.
 */
#ifndef LOG_H
#define LOG_H

/* A line that ends with ": " and strerror(errno). */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A line without errno. */
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same two, and then _exit(1), if this process cannot go on. */
_Noreturn void
fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void
fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * Set the function that fatal() and fatalx() call before they exit. It writes
 * out what is queued, and with that their line. NULL: none.
 */
void log_before_exit(void (*)(void *), void *arg);
/*
 * Tell this function of each line, too, without its beginning and its newline.
 * NULL: none. For who has to pass on why something failed.
 */
void log_watch(void (*)(void *arg, const char *line), void *arg);

#endif
