/*
 * The statistics as one JSON object (RFC 8259) on one line. The manual page
 * describes each field. A new field needs no new version of the format; any
 * other change does.
 */
#ifndef STATS_JSON_H
#define STATS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct session_cache_counts;
struct stats;
struct stats_numbers;
struct textbuf;

#define STATS_JSON_VERSION 1

/* The values of the object that are no counters. */
struct stats_json_frame {
	const char *reason; /* why the line is written now: one word */
	long pid; /* of the master */
	time_t time;
	int64_t uptime_ms;
	const unsigned *silent; /* workers that did not answer, by number */
	unsigned silent_count;
	bool has_store; /* there are objects about -session_store, too */
};

/* Append the line, with a newline at the end. */
void stats_json(const struct stats *, const struct session_cache_counts *,
    const struct stats_json_frame *, struct textbuf *);
/*
 * Find a number of the object "totals" by its path, such as
 * "handshakes.finished" or "versions.TLSv1.3". Returns false if none has it.
 */
bool stats_json_find(
    const struct stats_numbers *, const char *path, uint64_t *value);

#endif
