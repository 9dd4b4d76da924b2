/*
 * Why a handshake failed, in words for people who test clients: the alerts, the
 * reason that the library gives, and where one is known, a hint at what to
 * change.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "shared/stats.h"

#define EXPLAIN_REASON_MAX 160
#define EXPLAIN_HINT_MAX   256
#define EXPLAIN_KEY_MAX	   64

struct json;
struct link;

/* Texts are empty if they are not known. */
struct explanation {
	const char *alert_sent, *alert_received; /* RFC 8446's names, or NULL */
	char reason[EXPLAIN_REASON_MAX]; /* the library's, or the system's */
	char hint[EXPLAIN_HINT_MAX]; /* one sentence, printable ASCII */
	char key[EXPLAIN_KEY_MAX]; /* see explain_key() */
};

/*
 * Explain the failure that is about to be counted. Must be called before the
 * library's error queue is emptied. Does nothing if the link has no witness, or
 * an explanation already.
 */
void explain_failure(struct link *, enum stats_counter);
/* Returns NULL if there is none. */
const struct explanation *explanation_of(const struct link *);
/*
 * Returns a short text that is the same for all failures of one kind, such as
 * "no shared cipher", or the name of the alert that was received. It says more
 * than stats_failure_name(). Never empty, and without anything that a peer
 * chose.
 */
const char *explain_key(const struct explanation *);
/* Writes the member failure: alert_sent, alert_received, reason, key, hint. */
void explanation_json(const struct explanation *, struct json *);

#endif
