/*
 * A connection in a worker, as its handler sees it.
 *
 * All modes share the code that sets a connection up, shakes hands, reads,
 * writes and shuts down. Modes differ in the handler, which is a table of
 * functions.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "config/config.h"

struct command;
struct connection;
struct page_store;
struct textbuf;

/* Why a connection that was established ends. */
enum connection_end {
	END_CLOSE_NOTIFY, /* the peer sent close_notify */
	END_ERROR, /* read or write failed; see the error queue */
	END_LOCAL, /* the handler or the console asked for it */
	END_TIMEOUT, /* one of our deadlines ran out */
};

/* What a handler wants next. */
enum handler_verdict {
	HANDLER_CONTINUE,
	HANDLER_CLOSE, /* send what is queued, then shut down */
};

/*
 * All but name may be NULL. A handler keeps its own state with
 * connection_set_handler_data().
 */
struct handler {
	const char *name;
	struct mode_traits traits;
	/* The handshake begins only with the client's first bytes. */
	bool waits_for_word;
	/* What comes is printed at once, as TEXT_DATA, by readable. */
	bool prints_data;
	/* Print on standard output where early data begins and ends. */
	bool tells_early;
	/* Called once, before all others: make the handler's state. */
	void (*begin)(struct connection *);
	/* The handshake is done. */
	enum handler_verdict (*open)(struct connection *);
	/* With -nbio: the handshake cannot go on now. */
	void (*delayed)(struct connection *);
	/* The handshake failed; the error queue has the reason. */
	void (*failed)(struct connection *);
	/*
	 * Plaintext came; with -early_data perhaps before the handshake is
	 * done. What is queued then goes out at once, but a close waits for the
	 * end of the handshake.
	 */
	enum handler_verdict (*readable)(
	    struct connection *, const uint8_t *data, size_t size);
	/*
	 * libssl took a record that held no application data; a renegotiation
	 * may be over.
	 */
	enum handler_verdict (*blocked)(struct connection *);
	/* All that was queued is with the kernel, or will be with this step. */
	enum handler_verdict (*writable)(struct connection *);
	/* One read of standard input: a command or text for the peer. */
	enum handler_verdict (*unit)(
	    struct connection *, const char *data, size_t size);
	/* An established connection ends; called before the shutdown. */
	void (*ended)(struct connection *, enum connection_end);
	/* The shutdown alert, if there is one to send, is on its way. */
	void (*shut)(struct connection *);
	/* The connection is gone: free what begin made. Always called, last. */
	void (*close)(struct connection *);
};

SSL *connection_ssl(struct connection *);
const struct config *connection_config(const struct connection *);
/* "worker 3 connection 17 from 127.0.0.1:51234", or NULL without -label. */
const char *connection_label(const struct connection *);
/* Returns the files that the worker keeps in memory. */
struct page_store *connection_pages(const struct connection *);
/* Returns the number of the connection's worker. */
unsigned connection_worker(const struct connection *);
/* Returns true while early data may come, with -early_data. */
bool connection_in_early_data(const struct connection *);
/* Append the stock program's statistics table, with the sums of all workers. */
void connection_stats_table(const struct connection *, struct textbuf *);

/* What a handler keeps for itself. */
void connection_set_handler_data(struct connection *, void *);
void *connection_handler_data(const struct connection *);

/*
 * Queue plaintext for the peer. A handler may queue at most 64 KiB in one call
 * of it. It is not called while much is queued, so this bounds the memory.
 */
void connection_send(struct connection *, const void *data, size_t size);
/*
 * The same without a copy: fill the space, then queue size bytes of it, which
 * may be 0.
 */
void *connection_send_space(struct connection *, size_t size);
void connection_send_filled(struct connection *, size_t size);
/* Read no more, so that a peer that says goodbye still gets its data. */
void connection_stop_reading(struct connection *);
/*
 * Wait until another descriptor has data or has ended; then the handler's
 * writable is called. Meanwhile the peer is read, so that its leaving is seen.
 * Each wait needs a call. The descriptor must not be closed while
 * connection_awaits() returns true. Returns false if it cannot be watched
 * (reported).
 */
bool connection_await(struct connection *, int fd);
bool connection_awaits(const struct connection *);
void connection_await_no_more(struct connection *);
/* Carry the command out as soon as no handshake is under way. */
void connection_command(struct connection *, const struct command *);
/*
 * Ask the peer for a new handshake, and for its certificate if with_certificate
 * is true. Prints the stock program's lines. Returns 1 after asking, 0 if the
 * version of TLS or the configuration does not allow that, and -1 if it failed
 * (reported).
 */
int connection_renegotiate(struct connection *, bool with_certificate);
/* Returns true while a new handshake is under way. */
bool connection_renegotiates(const struct connection *);
/* As connection_send, but in the clear, and ahead of what that has queued. */
void connection_send_clear(struct connection *, const void *data, size_t size);

#endif
