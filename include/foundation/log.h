/*
 * One-line errors and warnings on standard error, each beginning with
 * "s_server: ". A module reports where it knows most and returns -1; callers
 * only pass the failure on.
 */
#ifndef LOG_H
#define LOG_H

/* With ": " and strerror(errno) at the end. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Without. */
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As above, then _exit(1). For what cannot go on in this process. */
_Noreturn void
fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void
fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/*
 * What fatal() and fatalx() call before they exit, so that their line gets out
 * where text is queued; NULL: nothing.
 */
void log_before_exit(void (*)(void *), void *arg);

#endif
