/*
 * A connection in a worker, as its handler sees it.
 *
 * There is one place where a connection is set up, shaken hands with, read,
 * written and shut down (connection.c); modes differ in a handler, swapped in
 * as a table of functions.
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
struct textbuf;

/* Why a connection that was established ends. */
enum connection_end {
	END_CLOSE_NOTIFY, /* the peer said so */
	END_ERROR, /* read or write failed; the error queue tells */
	END_LOCAL, /* the handler or the console asked for it */
	END_TIMEOUT, /* one of our deadlines ran out */
};

/* What a handler wants next. */
enum handler_verdict {
	HANDLER_CONTINUE,
	HANDLER_CLOSE, /* send what is queued, then shut down */
};

/*
 * All but name may be NULL. Handlers keep their own state by
 * connection_set_handler_data().
 */
struct handler {
	const char *name;
	struct mode_traits traits;
	/* The handshake begins with the client's first word, not before. */
	bool waits_for_word;
	/* Says on standard output where early data begins and where it ends. */
	bool tells_early;
	/* Make what it keeps; called once, before all else. */
	void (*begin)(struct connection *);
	/* The handshake is done. */
	enum handler_verdict (*open)(struct connection *);
	/* With -nbio: the handshake cannot go on now. */
	void (*delayed)(struct connection *);
	/* The handshake failed; the error queue tells why. */
	void (*failed)(struct connection *);
	/*
	 * Plaintext came; with -early_data maybe before the handshake is done.
	 * What is queued then goes out at once, but a close waits for the end
	 * of the handshake.
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
	/* The socket is gone. Free what begin made. Always called, last. */
	void (*close)(struct connection *);
};

SSL *connection_ssl(struct connection *);
const struct config *connection_config(const struct connection *);
/* "worker 3 connection 17 from 127.0.0.1:51234", or NULL without -label. */
const char *connection_label(const struct connection *);
/* The number of the worker that serves it. */
unsigned connection_worker(const struct connection *);
/* With -early_data: the handshake is still where early data may come. */
bool connection_in_early_data(const struct connection *);
/* The stock program's statistics table, summed over all workers. */
void connection_stats_table(const struct connection *, struct textbuf *);

/* What a handler keeps for itself. */
void connection_set_handler_data(struct connection *, void *);
void *connection_handler_data(const struct connection *);

/*
 * Queue plaintext for the peer. The handler is not given more input while much
 * is queued, so what it queues a call bounds the memory: at most 64 KiB a call.
 */
void connection_send(struct connection *, const void *data, size_t size);
/*
 * The same from where it stands: fill the room for size bytes, then queue what
 * came into it, which may be nothing.
 */
void *connection_send_space(struct connection *, size_t size);
void connection_send_filled(struct connection *, size_t size);
/* Take no more input, so that a peer that says goodbye still gets its data. */
void connection_stop_reading(struct connection *);
/*
 * Wait for another descriptor to have something to read, or its end; then the
 * handler is told that it is writable. Meanwhile the peer is listened to, so
 * that one that leaves is seen. Once more for each wait; not to be closed
 * before connection_awaits() says no. False: it cannot be watched (reported).
 */
bool connection_await(struct connection *, int fd);
bool connection_awaits(const struct connection *);
void connection_await_no_more(struct connection *);
/* Carry it out as soon as no handshake is under way. */
void connection_command(struct connection *, const struct command *);
/*
 * Ask the peer for a new handshake; with_certificate: and for its certificate.
 * Prints the stock program's lines. Returns 1: it is asked; 0: this version of
 * TLS or the configuration has no such thing; -1: failed (reported).
 */
int connection_renegotiate(struct connection *, bool with_certificate);
/* One is under way. */
bool connection_renegotiates(const struct connection *);
/* As connection_send, but past TLS, in the clear, and ahead of it. */
void connection_send_clear(struct connection *, const void *data, size_t size);

#endif
