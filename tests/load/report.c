#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define REPORT_ERRORS_MAX  10
#define REPORT_WORKERS_MAX 4096

static void report_grow_workers(struct report *, unsigned);
static void report_print_workers(const struct report *);
static void report_print_echo(struct report_echo *);
static void report_add_time(struct report_times *, int64_t);
static void report_print_times(struct report_times *);
static double report_percentile_ms(const struct report_times *, unsigned);
static int report_compare(const void *, const void *);

void
report_error(struct report *report, const char *format, ...)
{
	va_list arguments;

	if (report->errors++ >= REPORT_ERRORS_MAX)
		return;
	va_start(arguments, format);
	vwarnx(format, arguments);
	va_end(arguments);
}

void
report_handshake(struct report *report, int64_t took_us)
{
	report_add_time(&report->handshakes, took_us);
}

void
report_answer(struct report *report, int64_t took_us)
{
	report_add_time(&report->answers, took_us);
}

void
report_echo_received(struct report_echo *echo, int64_t took_us)
{
	report_add_time(&echo->answers, took_us);
}

void
report_served(struct report *report, unsigned worker, bool resumed)
{
	report->resumed += resumed;
	if (worker == 0 || worker > REPORT_WORKERS_MAX)
		return;
	report_grow_workers(report, worker);
	report->workers[worker].served++;
	report->workers[worker].resumed += resumed;
	if (report->last_worker != 0) {
		report->neighbours++;
		report->neighbours_differ += report->last_worker != worker;
	}
	report->last_worker = worker;
}

void
report_add_bytes(struct report *report, const struct report_bytes *bytes)
{
	report->bytes.sent += bytes->sent;
	report->bytes.received += bytes->received;
	report->bytes.data_sent += bytes->data_sent;
	report->bytes.data_received += bytes->data_received;
}

void
report_pair(struct report *report, unsigned worker, unsigned other)
{
	if (worker == 0 || other == 0)
		return;
	report->pairs++;
	report->pairs_apart += worker != other;
}

void
report_forget(struct report *report)
{
	struct report kept = { .failed = report->failed,
		.errors = report->errors };

	report_free(report);
	*report = kept;
}

void
report_print(struct report *report, bool sequential, int64_t took_us)
{
	if (report->errors > REPORT_ERRORS_MAX)
		warnx(
		    "and %lu more errors", report->errors - REPORT_ERRORS_MAX);
	report_print_workers(report);
	if (report->pairs > 0)
		printf("pairs %lu on-another-worker %lu\n", report->pairs,
		    report->pairs_apart);
	if (report->early_accepted + report->early_rejected > 0)
		printf("early-data accepted %lu rejected %lu\n",
		    report->early_accepted, report->early_rejected);
	if (sequential)
		printf("neighbours-differ %lu of %lu\n",
		    report->neighbours_differ, report->neighbours);
	if (report->retried > 0)
		printf("retried %lu\n", report->retried);
	printf("bytes sent %" PRIu64 " received %" PRIu64 " data sent %" PRIu64
	       " received %" PRIu64 "\n",
	    report->bytes.sent, report->bytes.received, report->bytes.data_sent,
	    report->bytes.data_received);
	report_print_echo(&report->echo);
	if (report->closed > 0)
		printf("closed %lu\n", report->closed);
	if (report->answers.count > 0) {
		printf("answers %zu", report->answers.count);
		report_print_times(&report->answers);
	}
	printf("handshakes %zu seconds %.3f\n", report->handshakes.count,
	    (double)took_us / 1e6);
	printf("ok %lu failed %lu resumed %lu", report->ok, report->failed,
	    report->resumed);
	report_print_times(&report->handshakes);
}

void
report_free(struct report *report)
{
	free(report->workers);
	free(report->handshakes.us);
	free(report->answers.us);
	free(report->echo.answers.us);
}

static void
report_grow_workers(struct report *report, unsigned worker)
{
	size_t size = worker + 1;

	if (size <= report->workers_size)
		return;
	report->workers =
	    reallocarray(report->workers, size, sizeof(*report->workers));
	if (report->workers == NULL)
		err(1, NULL);
	memset(report->workers + report->workers_size, 0,
	    (size - report->workers_size) * sizeof(*report->workers));
	report->workers_size = size;
}

static void
report_print_workers(const struct report *report)
{
	size_t i;

	for (i = 1; i < report->workers_size; i++)
		printf("worker %zu: served %lu resumed %lu\n", i,
		    report->workers[i].served, report->workers[i].resumed);
}

static void
report_print_echo(struct report_echo *echo)
{
	if (echo->sent == 0)
		return;
	printf("echo sent %lu received %zu lost %lu wrong %lu late %lu again "
	       "%lu anew %lu",
	    echo->sent, echo->answers.count, echo->lost, echo->wrong,
	    echo->late, echo->again, echo->anew);
	report_print_times(&echo->answers);
}

static void
report_add_time(struct report_times *times, int64_t took_us)
{
	if (times->count == times->size) {
		times->size = times->size == 0 ? 1024 : 2 * times->size;
		times->us =
		    reallocarray(times->us, times->size, sizeof(times->us[0]));
		if (times->us == NULL)
			err(1, NULL);
	}
	times->us[times->count++] = (uint32_t)took_us;
}

/* Prints the end of a line. */
static void
report_print_times(struct report_times *times)
{
	if (times->count > 0)
		qsort(times->us, times->count, sizeof(times->us[0]),
		    report_compare);
	printf(" p50 %.3f ms p99 %.3f ms\n", report_percentile_ms(times, 50),
	    report_percentile_ms(times, 99));
}

/* Returns a percentile of the sorted times. */
static double
report_percentile_ms(const struct report_times *times, unsigned percent)
{
	size_t at;

	if (times->count == 0)
		return 0;
	at = (times->count - 1) * percent / 100;
	return times->us[at] / 1e3;
}

static int
report_compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}
