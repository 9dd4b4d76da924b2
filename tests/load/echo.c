#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "echo.h"
#include "report.h"

/* A datagram without an answer. */
struct echo_flight {
	unsigned number; /* from 1; 0: this place is free */
	bool again; /* it is to be sent again */
	int64_t sent_us;
};

struct echo {
	const struct echo_settings *settings;
	struct report_echo *report;
	unsigned peer;
	unsigned made; /* number of datagrams so far */
	unsigned open; /* number of datagrams in flight */
	struct echo_flight *next; /* the one that echo_next has made */
	int64_t sent_us;
	struct echo_flight flights[];
};

static void echo_write(const struct echo *, char *, unsigned);
static unsigned echo_number(const struct echo *, const char *, size_t);
static struct echo_flight *echo_find(struct echo *, unsigned);
static void echo_lose(struct echo *, struct echo_flight *);

struct echo *
echo_open(const struct echo_settings *settings, unsigned peer,
    struct report_echo *report)
{
	struct echo *echo = calloc(
	    1, sizeof(*echo) + settings->window * sizeof(echo->flights[0]));

	if (echo == NULL)
		return NULL;
	echo->settings = settings;
	echo->peer = peer;
	echo->report = report;
	return echo;
}

void
echo_free(struct echo *echo)
{
	free(echo);
}

bool
echo_next(struct echo *echo, char *data, int64_t now_us)
{
	unsigned i;

	if (echo->next == NULL &&
	    now_us - echo->sent_us < echo->settings->pace_ms * INT64_C(1000))
		return false;
	for (i = 0; i < echo->settings->window && echo->next == NULL; i++)
		if (echo->flights[i].again)
			echo->next = &echo->flights[i];
	if (echo->next == NULL && echo->made < echo->settings->count &&
	    (echo->next = echo_find(echo, 0)) != NULL) {
		echo->next->number = ++echo->made;
		echo->open++;
	}
	if (echo->next == NULL)
		return false;
	echo_write(echo, data, echo->next->number);
	return true;
}

void
echo_sent(struct echo *echo, int64_t now_us)
{
	echo->report->sent += !echo->next->again;
	echo->report->again += echo->next->again;
	echo->next->again = false;
	echo->next->sent_us = echo->sent_us = now_us;
	if (echo->settings->unanswered) {
		echo->next->number = 0;
		echo->open--;
	}
	echo->next = NULL;
}

void
echo_received(struct echo *echo, const char *data, size_t size, int64_t now_us)
{
	struct echo_flight *flight;
	unsigned number;
	char right[ECHO_SIZE_MAX];

	if ((number = echo_number(echo, data, size)) == 0) {
		echo->report->wrong++;
		return;
	}
	echo_write(echo, right, number);
	if (memcmp(data, right, size) != 0) {
		echo->report->wrong++;
		return;
	}
	if ((flight = echo_find(echo, number)) == NULL) {
		echo->report->late++;
		return;
	}
	report_echo_received(echo->report, now_us - flight->sent_us);
	memset(flight, 0, sizeof(*flight));
	echo->open--;
}

bool
echo_expire(struct echo *echo, int64_t now_us)
{
	const int64_t patience_us = echo->settings->patience_ms * INT64_C(1000);
	struct echo_flight *flight;
	bool expired = false;
	unsigned i;

	for (i = 0; i < echo->settings->window; i++) {
		flight = &echo->flights[i];
		if (flight->number == 0 || flight == echo->next ||
		    flight->again || now_us - flight->sent_us < patience_us)
			continue;
		expired = true;
		if (echo->settings->resend)
			flight->again = true;
		else
			echo_lose(echo, flight);
	}
	return expired;
}

void
echo_forget(struct echo *echo)
{
	unsigned i;

	for (i = 0; i < echo->settings->window; i++)
		if (echo->flights[i].number != 0 &&
		    &echo->flights[i] != echo->next)
			echo_lose(echo, &echo->flights[i]);
}

bool
echo_over(const struct echo *echo)
{
	return echo->made == echo->settings->count && echo->open == 0;
}

static void
echo_write(const struct echo *echo, char *data, unsigned number)
{
	const unsigned size = echo->settings->size;
	unsigned i;
	int head;

	head = snprintf(data, size, "peer %u datagram %u ", echo->peer, number);
	for (i = (unsigned)head; i < size - 1; i++)
		data[i] = (char)('a' + (i + number) % 26);
	data[size - 1] = '\n';
}

/* Returns the number of a datagram, or 0 if the peer did not send it. */
static unsigned
echo_number(const struct echo *echo, const char *data, size_t size)
{
	const char *at;

	if (size != echo->settings->size || data[size - 1] != '\n' ||
	    (at = memmem(data, size, "datagram ", 9)) == NULL)
		return 0;
	return (unsigned)strtoul(at + 9, NULL, 10);
}

/* number 0: finds a free place. */
static struct echo_flight *
echo_find(struct echo *echo, unsigned number)
{
	unsigned i;

	for (i = 0; i < echo->settings->window; i++)
		if (echo->flights[i].number == number)
			return &echo->flights[i];
	return NULL;
}

static void
echo_lose(struct echo *echo, struct echo_flight *flight)
{
	echo->report->lost++;
	memset(flight, 0, sizeof(*flight));
	echo->open--;
}
