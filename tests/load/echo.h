/*
 * The datagrams that a peer sends and that the server sends back: makes them,
 * and knows which ones have no answer yet and when one is lost. A datagram is a
 * line that names its peer and its number, so that a test can count the
 * datagrams that a server prints.
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
	unsigned count; /* number of datagrams; 0: no echo */
	unsigned size; /* bytes of each datagram */
	unsigned window; /* how many may wait for their answer at once */
	unsigned pace_ms; /* the least time between two datagrams */
	unsigned patience_ms; /* after this time a datagram is lost */
	bool resend; /* send a lost datagram again */
	bool anew; /* begin a new association after a loss */
	bool unanswered; /* do not wait for answers */
};

struct echo;

/* The result counts in the report. Returns NULL if there is no memory. */
struct echo *echo_open(
    const struct echo_settings *, unsigned peer, struct report_echo *report);
void echo_free(struct echo *);
/*
 * Make the datagram that is due now, of settings->size bytes; the same one
 * until echo_sent is called. Returns false if none is due.
 */
bool echo_next(struct echo *, char *data, int64_t now_us);
/* The datagram of echo_next was sent. */
void echo_sent(struct echo *, int64_t now_us);
void echo_received(struct echo *, const char *, size_t, int64_t now_us);
/*
 * Give up, or send again, datagrams whose answers are late. Returns true if
 * there was one.
 */
bool echo_expire(struct echo *, int64_t now_us);
/* The association is a new one: datagrams without an answer are lost. */
void echo_forget(struct echo *);
/* Returns true if all datagrams are sent, and answered or lost. */
bool echo_over(const struct echo *);

#endif
