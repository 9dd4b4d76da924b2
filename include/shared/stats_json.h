/*
 * The statistics as one JSON object (RFC 8259) on one line. The manual page
 * describes it field by field: what is added there needs no new version,
 * anything else does.
 */
#ifndef STATS_JSON_H
#define STATS_JSON_H

#include <stdint.h>
#include <time.h>

struct session_cache_counts;
struct stats;
struct textbuf;

#define STATS_JSON_VERSION 1

/* What the counters do not know. */
struct stats_json_frame {
	const char *reason; /* why now, a word */
	long pid; /* of the master */
	time_t time;
	int64_t uptime_ms;
	const unsigned *silent; /* workers that did not answer, by number */
	unsigned silent_count;
};

/* Appends the line, with its end. */
void stats_json(const struct stats *, const struct session_cache_counts *,
    const struct stats_json_frame *, struct textbuf *);

#endif
