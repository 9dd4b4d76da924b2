/*
 * No string of the object comes from outside, so nothing needs to be escaped.
 */
#include "shared/stats_json.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "foundation/textbuf.h"
#include "sessions/session_cache.h"
#include "shared/stats.h"
#include "shared/stats_names.h"

/* A number of an object: a counter, or one that is made of several. */
struct json_field {
	const char *key; /* NULL ends an object */
	enum stats_counter stat;
	uint64_t (*derive)(const struct stats_numbers *); /* or NULL */
};

static const struct json_field connections[] = {
	{ "accepted", STAT_CONNECTIONS, NULL },
	{ "open", 0, stats_open },
	{ "ended", STAT_ENDED, NULL },
	{ "lost", STAT_LOST, NULL },
	{ "timed_out", STAT_TIMED_OUT, NULL },
	{ NULL, 0, NULL },
};

static const struct json_field handshakes[] = {
	{ "started", STAT_ACCEPTS, NULL },
	{ "in_progress", 0, stats_in_handshake },
	{ "finished", 0, stats_all_finished },
	{ "failed", 0, stats_all_failed },
	{ "lost", STAT_HANDSHAKES_LOST, NULL },
	{ "renegotiations", STAT_RENEGOTIATIONS, NULL },
	{ NULL, 0, NULL },
};

static const struct json_field failures[] = {
	{ "alert_sent", STAT_FAILED_ALERT_SENT, NULL },
	{ "alert_received", STAT_FAILED_ALERT_RECEIVED, NULL },
	{ "timeout", STAT_FAILED_TIMEOUT, NULL },
	{ "closed", STAT_FAILED_CLOSED, NULL },
	{ "not_tls", STAT_FAILED_NOT_TLS, NULL },
	{ "ended", STAT_FAILED_ENDED, NULL },
	{ "other", STAT_FAILED_OTHER, NULL },
	{ NULL, 0, NULL },
};

static const struct json_field early_data[] = {
	{ "accepted", STAT_EARLY_ACCEPTED, NULL },
	{ "rejected", STAT_EARLY_REJECTED, NULL },
	{ NULL, 0, NULL },
};

static const struct json_field bytes[] = {
	{ "socket_in", STAT_SOCKET_IN, NULL },
	{ "socket_out", STAT_SOCKET_OUT, NULL },
	{ "data_in", STAT_DATA_IN, NULL },
	{ "data_out", STAT_DATA_OUT, NULL },
	{ NULL, 0, NULL },
};

static const struct json_field sessions[] = {
	{ "hits", STAT_HITS, NULL },
	{ "misses", STAT_MISSES, NULL },
	{ "timeouts", STAT_TIMEOUTS, NULL },
	{ "callback_hits", STAT_CALLBACK_HITS, NULL },
	{ NULL, 0, NULL },
};

/* Only with a store. */
static const struct json_field store[] = {
	{ "hits", STAT_STORE_HITS, NULL },
	{ "misses", STAT_STORE_MISSES, NULL },
	{ "puts", STAT_STORE_PUTS, NULL },
	{ "removals", STAT_STORE_REMOVALS, NULL },
	{ "takes", STAT_STORE_TAKES, NULL },
	{ "errors", STAT_STORE_ERRORS, NULL },
	{ "timeouts", STAT_STORE_TIMEOUTS, NULL },
	{ "reconnects", STAT_STORE_RECONNECTS, NULL },
	{ "removals_lost", STAT_STORE_REMOVALS_LOST, NULL },
	{ NULL, 0, NULL },
};

static const struct {
	const char *key;
	const struct json_field *fields;
} objects[] = {
	{ "connections", connections },
	{ "handshakes", handshakes },
	{ "failures", failures },
	{ "early_data", early_data },
	{ "bytes", bytes },
	{ "sessions", sessions },
	{ "store", store },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void json_head(struct textbuf *, const struct stats_json_frame *);
static void json_numbers(struct textbuf *, const struct stats_numbers *, bool);
static void json_fields(
    struct textbuf *, const struct json_field *, const struct stats_numbers *);
static bool json_is(const char *, size_t, const char *);
static bool json_find_field(const struct json_field *,
    const struct stats_numbers *, const char *, uint64_t *);
static bool
json_find_version(const struct stats_numbers *, const char *, uint64_t *);
static bool
json_find_kind(const struct stats_numbers *, const char *, uint64_t *);
static uint64_t
json_field(const struct json_field *, const struct stats_numbers *);
static uint64_t json_version(const struct stats_numbers *, unsigned);
static void json_versions(struct textbuf *, const struct stats_numbers *);
static void json_kinds(struct textbuf *, const struct stats_numbers *);
static void json_cache(struct textbuf *, const struct session_cache_counts *);
static void json_times(struct textbuf *, const struct stats_numbers *);
static void json_store_times(struct textbuf *, const struct stats_numbers *);
static void json_limits(struct textbuf *);
static void json_buckets(
    struct textbuf *, const char *, const struct stats_numbers *, unsigned);
static void json_workers(
    struct textbuf *, const struct stats *, struct stats_numbers *, bool);
static void json_next(struct textbuf *);
static void json_open(struct textbuf *, const char *, const char *);
static void json_number(struct textbuf *, const char *, uint64_t);
static void json_item(struct textbuf *, uint64_t);

void
stats_json(const struct stats *stats, const struct session_cache_counts *cache,
    const struct stats_json_frame *frame, struct textbuf *text)
{
	struct stats_numbers total = { { 0 } };
	struct textbuf workers;

	textbuf_init(&workers);
	json_workers(&workers, stats, &total, frame->has_store);
	textbuf_puts(text, "{");
	json_head(text, frame);
	json_open(text, "totals", "{");
	json_numbers(text, &total, frame->has_store);
	textbuf_puts(text, "}");
	json_open(text, "cache", "{");
	json_cache(text, cache);
	textbuf_puts(text, "}");
	json_open(text, "handshake_times", "{");
	json_times(text, &total);
	textbuf_puts(text, "}");
	if (frame->has_store)
		json_store_times(text, &total);
	json_open(text, "per_worker", workers.data);
	textbuf_puts(text, "}\n");
	textbuf_free(&workers);
}

bool
stats_json_find(
    const struct stats_numbers *numbers, const char *path, uint64_t *value)
{
	const char *key = strchr(path, '.');
	size_t i, length;

	if (key == NULL) {
		*value = numbers->value[STAT_DEATHS];
		return strcmp(path, "deaths") == 0;
	}
	length = (size_t)(key++ - path);
	for (i = 0; i < COUNT(objects); i++)
		if (json_is(path, length, objects[i].key))
			return json_find_field(
			    objects[i].fields, numbers, key, value);
	if (json_is(path, length, "versions"))
		return json_find_version(numbers, key, value);
	return json_is(path, length, "kinds") &&
	    json_find_kind(numbers, key, value);
}

static bool
json_is(const char *path, size_t length, const char *key)
{
	return strlen(key) == length && memcmp(path, key, length) == 0;
}

static bool
json_find_field(const struct json_field *field,
    const struct stats_numbers *numbers, const char *key, uint64_t *value)
{
	for (; field->key != NULL; field++)
		if (strcmp(key, field->key) == 0) {
			*value = json_field(field, numbers);
			return true;
		}
	return false;
}

static bool
json_find_version(
    const struct stats_numbers *numbers, const char *key, uint64_t *value)
{
	unsigned version;

	for (version = 0; version < STATS_VERSIONS; version++)
		if (strcmp(key, stats_version_name(version)) == 0) {
			*value = json_version(numbers, version);
			return true;
		}
	return false;
}

static bool
json_find_kind(
    const struct stats_numbers *numbers, const char *key, uint64_t *value)
{
	unsigned sort;

	for (sort = 0; sort < STATS_SORTS; sort++)
		if (strcmp(key, stats_sort_name(sort)) == 0) {
			*value = stats_finished_of_sort(numbers, sort);
			return true;
		}
	return false;
}

static void
json_head(struct textbuf *text, const struct stats_json_frame *frame)
{
	char time[32] = "";
	struct tm utc;
	unsigned i;

	if (gmtime_r(&frame->time, &utc) != NULL)
		strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_number(text, "version", STATS_JSON_VERSION);
	textbuf_printf(text,
	    ",\"reason\":\"%s\",\"pid\":%ld,\"time\":\"%s\","
	    "\"uptime_s\":%" PRId64 ".%03d",
	    frame->reason, frame->pid, time, frame->uptime_ms / 1000,
	    (int)(frame->uptime_ms % 1000));
	json_open(text, "silent", "[");
	for (i = 0; i < frame->silent_count; i++)
		json_item(text, frame->silent[i]);
	textbuf_puts(text, "]");
}

/* The fields of the totals, and of each worker. */
static void
json_numbers(
    struct textbuf *text, const struct stats_numbers *numbers, bool has_store)
{
	size_t i;

	for (i = 0; i < COUNT(objects); i++) {
		if (objects[i].fields == store && !has_store)
			continue;
		json_open(text, objects[i].key, "{");
		json_fields(text, objects[i].fields, numbers);
		textbuf_puts(text, "}");
	}
	json_open(text, "versions", "{");
	json_versions(text, numbers);
	textbuf_puts(text, "}");
	json_open(text, "kinds", "{");
	json_kinds(text, numbers);
	textbuf_puts(text, "}");
	json_number(text, "deaths", numbers->value[STAT_DEATHS]);
}

static void
json_fields(struct textbuf *text, const struct json_field *field,
    const struct stats_numbers *numbers)
{
	for (; field->key != NULL; field++)
		json_number(text, field->key, json_field(field, numbers));
}

static uint64_t
json_field(const struct json_field *field, const struct stats_numbers *numbers)
{
	return field->derive != NULL ? field->derive(numbers)
				     : numbers->value[field->stat];
}

static void
json_versions(struct textbuf *text, const struct stats_numbers *numbers)
{
	unsigned version;

	for (version = 0; version < STATS_VERSIONS; version++)
		json_number(text, stats_version_name(version),
		    json_version(numbers, version));
}

static uint64_t
json_version(const struct stats_numbers *numbers, unsigned version)
{
	uint64_t sum = 0;
	unsigned kind;

	for (kind = 0; kind < STATS_KINDS; kind++)
		sum += stats_finished(numbers, version, (enum stats_kind)kind);
	return sum;
}

static void
json_kinds(struct textbuf *text, const struct stats_numbers *numbers)
{
	unsigned sort;

	for (sort = 0; sort < STATS_SORTS; sort++)
		json_number(text, stats_sort_name(sort),
		    stats_finished_of_sort(numbers, sort));
}

static void
json_cache(struct textbuf *text, const struct session_cache_counts *counts)
{
	json_number(text, "items", counts->items);
	json_number(text, "inserts", counts->inserts);
	json_number(text, "hits", counts->hits);
	json_number(text, "misses", counts->misses);
	json_number(text, "timeouts", counts->timeouts);
	json_number(text, "evictions", counts->evictions);
	json_number(text, "too_large", counts->too_large);
	json_number(text, "busy", counts->busy);
	json_number(text, "repairs", counts->repairs);
}

static void
json_times(struct textbuf *text, const struct stats_numbers *numbers)
{
	json_limits(text);
	json_buckets(text, "full", numbers, STAT_TIMES_FULL);
	json_buckets(text, "resumed", numbers, STAT_TIMES_RESUMED);
}

static void
json_store_times(struct textbuf *text, const struct stats_numbers *numbers)
{
	json_open(text, "store_times", "{");
	json_limits(text);
	json_buckets(text, "answered", numbers, STAT_TIMES_STORE);
	textbuf_puts(text, "}");
}

/* The last bucket has no upper limit. */
static void
json_limits(struct textbuf *text)
{
	unsigned i;

	json_open(text, "below_us", "[");
	for (i = 0; i < STATS_BUCKETS - 1; i++)
		json_item(text, UINT64_C(2) << i);
	textbuf_puts(text, ",null]");
}

static void
json_buckets(struct textbuf *text, const char *key,
    const struct stats_numbers *numbers, unsigned first)
{
	unsigned i;

	json_open(text, key, "[");
	for (i = 0; i < STATS_BUCKETS; i++)
		json_item(text, numbers->value[first + i]);
	textbuf_puts(text, "]");
}

/* Workers go on counting: what is listed here is what the totals add up. */
static void
json_workers(struct textbuf *text, const struct stats *stats,
    struct stats_numbers *total, bool has_store)
{
	struct stats_numbers numbers;
	unsigned i, k;

	textbuf_puts(text, "[");
	for (i = 0; i < stats_workers(stats); i++) {
		stats_of_worker(stats, i, &numbers);
		for (k = 0; k < STAT_COUNT; k++)
			total->value[k] += numbers.value[k];
		json_next(text);
		textbuf_puts(text, "{");
		json_number(text, "worker", i + 1);
		json_numbers(text, &numbers, has_store);
		textbuf_puts(text, "}");
	}
	textbuf_puts(text, "]");
}

/* Appends a comma, unless an object or list has just been opened. */
static void
json_next(struct textbuf *text)
{
	char last = text->data[text->size - 1];

	if (last != '{' && last != '[')
		textbuf_puts(text, ",");
}

static void
json_open(struct textbuf *text, const char *key, const char *bracket)
{
	json_next(text);
	textbuf_printf(text, "\"%s\":%s", key, bracket);
}

static void
json_number(struct textbuf *text, const char *key, uint64_t value)
{
	json_next(text);
	textbuf_printf(text, "\"%s\":%" PRIu64, key, value);
}

static void
json_item(struct textbuf *text, uint64_t value)
{
	json_next(text);
	textbuf_printf(text, "%" PRIu64, value);
}
