/*
 * The datagrams that a peer sends for the server to send back: what is in
 * them, which ones lack their answer, and when one is given up. A datagram is
 * a line that names its peer and its number, so that those of a server that
 * prints them can be counted.
 */
#ifndef ECHO_H
#define ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ECHO_SIZE	 64
#define ECHO_SIZE_MIN	 40
#define ECHO_SIZE_MAX	 16384
#define ECHO_PATIENCE_MS 1000

struct report_echo;

struct echo_settings {
	unsigned count; /* of datagrams; 0: no echo */
	unsigned size; /* bytes of each */
	unsigned window; /* so many may lack their answer */
	unsigned pace_ms; /* between two, at least */
	unsigned patience_ms; /* then it is lost */
	bool resend; /* what is lost */
	bool anew; /* a new association after a loss */
	bool unanswered; /* do not wait for answers */
};

struct echo;

/* Counts in *report. NULL: out of memory. */
struct echo *echo_open(
    const struct echo_settings *, unsigned peer, struct report_echo *report);
void echo_free(struct echo *);
/*
 * The datagram to send now, of settings->size bytes; the same one until it was
 * sent. False: none is due.
 */
bool echo_next(struct echo *, char *data, int64_t now_us);
/* That one was sent. */
void echo_sent(struct echo *, int64_t now_us);
void echo_received(struct echo *, const char *, size_t, int64_t now_us);
/* Give up, or send again, what was awaited too long; true: there was such. */
bool echo_expire(struct echo *, int64_t now_us);
/* The association is a new one: what lacks its answer is lost. */
void echo_forget(struct echo *);
/* All are sent, and answered or lost. */
bool echo_over(const struct echo *);

#endif
