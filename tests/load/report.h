/*
 * The results: counts, times, the number of connections of each worker, and the
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

/* Counted by the clients: all bytes on their sockets, and the data in TLS. */
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

/* Datagrams that peers sent and that the server should send back. */
struct report_echo {
	unsigned long sent;
	unsigned long again; /* sent again after a loss */
	unsigned long late; /* came twice, or after they counted as lost */
	unsigned long lost;
	unsigned long wrong; /* changed, or sent by another peer */
	unsigned long anew; /* associations that began after a loss */
	struct report_times answers;
};

struct report {
	unsigned long ok; /* jobs: one connection, or with --resume a pair */
	unsigned long failed;
	/* Connections that ended well */
	unsigned long resumed;
	unsigned long early_accepted;
	unsigned long early_rejected;
	struct report_bytes bytes;
	unsigned long retried;
	unsigned long errors;
	unsigned long pairs; /* pairs whose two workers are known */
	unsigned long pairs_apart; /* pairs with two different workers */
	unsigned long neighbours; /* consecutive ones, both workers known */
	unsigned long neighbours_differ;
	unsigned last_worker;
	struct report_worker *workers; /* [number], 0 is unused */
	size_t workers_size;
	struct report_times handshakes;
	struct report_times answers; /* with --request */
	struct report_echo echo;
	unsigned long closed; /* over UDP, by the server's close_notify */
};

/* Print one line on standard error, unless there were too many. */
void report_error(struct report *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/* Record the time of a handshake, from the connect on. */
void report_handshake(struct report *, int64_t took_us);
/* Record the time from the connect to the end of the answer. */
void report_answer(struct report *, int64_t took_us);
/* Record the time after which a datagram came back. */
void report_echo_received(struct report_echo *, int64_t took_us);
/* Count a connection that ended well; worker 0: the answer named none. */
void report_served(struct report *, unsigned worker, bool resumed);
/* Add the bytes of one connection. */
void report_add_bytes(struct report *, const struct report_bytes *);
void report_pair(struct report *, unsigned worker, unsigned other);
/* Forget all successes so far. */
void report_forget(struct report *);
void report_print(struct report *, bool sequential, int64_t took_us);
void report_free(struct report *);

#endif
