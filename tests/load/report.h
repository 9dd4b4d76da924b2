/*
 * What came of it all: counts, times, which worker served how many, and the
 * first few errors in words.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report_worker {
	unsigned long served;
	unsigned long resumed;
};

/* As the clients saw them: all on their sockets, and the data within TLS. */
struct report_bytes {
	uint64_t sent;
	uint64_t received;
	uint64_t data_sent;
	uint64_t data_received;
};

struct report_times {
	uint32_t *us;
	size_t count;
	size_t size;
};

/* Datagrams that peers sent for the server to send back. */
struct report_echo {
	unsigned long sent;
	unsigned long again; /* sent once more after a loss */
	unsigned long late; /* came twice, or after they were given up */
	unsigned long lost;
	unsigned long wrong; /* not what was sent, or another peer's */
	unsigned long anew; /* associations that followed on a loss */
	struct report_times answers;
};

struct report {
	unsigned long ok; /* jobs: one connection, or with --resume a pair */
	unsigned long failed;
	unsigned long resumed; /* connections, from here on, that ended well */
	unsigned long early_accepted; /* of those that ended well */
	unsigned long early_rejected;
	struct report_bytes bytes;
	unsigned long retried;
	unsigned long errors;
	unsigned long pairs; /* whose two workers are known */
	unsigned long pairs_apart; /* served by two different workers */
	unsigned long neighbours; /* one after another, both workers known */
	unsigned long neighbours_differ;
	unsigned last_worker;
	struct report_worker *workers; /* [number], 0 is unused */
	size_t workers_size;
	struct report_times handshakes;
	struct report_times answers; /* with --request */
	struct report_echo echo;
	unsigned long closed; /* over UDP, by the server's close_notify */
};

/* One line on standard error, unless there were too many. */
void report_error(struct report *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/* A handshake took so long, from the connect on. */
void report_handshake(struct report *, int64_t took_us);
/* The whole answer has come so long after the connect. */
void report_answer(struct report *, int64_t took_us);
/* A datagram came back after so long. */
void report_echo_received(struct report_echo *, int64_t took_us);
/* A connection ended well; worker 0: the answer did not name it. */
void report_served(struct report *, unsigned worker, bool resumed);
/* Of one connection. */
void report_add_bytes(struct report *, const struct report_bytes *);
void report_pair(struct report *, unsigned worker, unsigned other);
/* What went well so far counts for nothing. */
void report_forget(struct report *);
void report_print(struct report *, bool sequential, int64_t took_us);
void report_free(struct report *);

#endif
