/*
 * The bytes between libssl and the socket: our own BIO over a non-blocking
 * socket, of a stream or of datagrams.
 *
 * What libssl writes is kept until transport_flush(), which is called at the
 * end of each step. So a flight of the handshake is one send(2). An answer that
 * ends the connection goes out in one packet with the flight before it, the
 * close_notify and the end of the stream. And the last flight of a full TLS 1.2
 * handshake leaves only when the session is stored: libssl writes it before it
 * calls the new-session callback, and a fast client may resume the session on
 * another worker at once. Whoever stores it, and waits for that, sets held.
 *
 * The socket is read only while it may have something, so with edge-triggered
 * events no read(2) is made in vain.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <openssl/bio.h>

#include "foundation/textbuf.h"
#include "net/record_numbers.h"

#define TRANSPORT_DISCARDS 16 /* reads in one transport_discard */
#define TRANSPORT_HIGH	   (64 * 1024) /* unsent bytes: produce no more */
#define TRANSPORT_SURE	   (16 * 1024) /* a new socket takes it at once */

/*
 * The bytes that tell whether a peer speaks TLS, or what else: as many as
 * libssl reads at least.
 */
#define TRANSPORT_FIRST 5

/*
 * Called for each read and write that a blocking socket would have completed.
 * result is what read(2) would return.
 */
typedef void transport_trace(
    bool is_write, const void *bio, const void *data, size_t size, long result);

struct transport;

enum transport_state {
	TRANSPORT_FLUSHED,
	TRANSPORT_BLOCKED, /* the rest goes when the socket is writable, or when
			      held is cleared */
	TRANSPORT_BROKEN, /* write_error has the reason */
};

/* What streams and datagrams do in ways of their own: stream_socket.h,
 * datagram_socket.h */
struct transport_kind {
	bool datagrams;
	/*
	 * Works as recv(2). Returns -1 with EAGAIN if there is nothing; stores
	 * any other error in read_error.
	 */
	ssize_t (*receive)(struct transport *, void *, size_t);
	/* May change the bytes that libssl gets next. NULL: not needed. */
	void (*seen)(struct transport *, void *, size_t);
	/* Queues bytes as they are. Returns where they stand. */
	const char *(*queue)(struct transport *, const char *, size_t);
	/* Queues what libssl wrote. Returns the bytes as on the wire. */
	const char *(*write)(struct transport *, const char *, size_t);
	/*
	 * Called after write and its trace; at: the size of the queue before.
	 * NULL: not needed.
	 */
	void (*written)(struct transport *, size_t at, const char *, size_t);
	/*
	 * Sends a part of the queue: moves out_sent, or clears can_write, or
	 * sets write_error. more: the kernel may wait for more.
	 */
	void (*send)(struct transport *, bool more);
	/* Answers a further BIO_ctrl(3). NULL: the answer is 0. */
	long (*ctrl)(struct transport *, int command, long number);
};

struct transport {
	int fd;
	const struct transport_kind *kind;
	bool can_read; /* set by an event, cleared by a short read */
	bool can_write;
	bool held; /* what is written must wait here until somebody clears it */
	bool hung_up; /* the peer sends no more: read to the end */
	bool at_eof; /* read to the end */
	bool finished; /* the peer was told that no more is sent */
	bool starved; /* a read found nothing: see transport_bio */
	transport_trace *trace; /* -debug; or NULL */
	bool over_ipv4; /* datagrams: packets are of IPv4 */
	bool peeks; /* reads leave the datagram in the queue */
	unsigned already_sent; /* drop so many HelloVerifyRequests that come */
	bool hints_only; /* datagrams: a refusal only sets refused */
	bool refused; /* a refusal came */
	bool yielded; /* there may be more to read, in another turn */
	bool renumbers; /* records of epoch 0: see datagram_socket.h */
	unsigned turn; /* datagrams read in this turn */
	int read_error, write_error; /* errno; 0: none */
	uint64_t read_bytes, written_bytes; /* on the socket */
	uint8_t first[TRANSPORT_FIRST]; /* the first bytes read */
	struct record_numbers numbers; /* datagrams: of records written */
	struct textbuf out; /* written by libssl, not yet sent */
	size_t out_sent; /* of it */
	/* Streams: libssl reads in pieces, so read more at once, into in. */
	bool reads_ahead;
	struct textbuf in; /* to read before what the socket has */
	size_t in_read; /* of it */
	uint64_t in_number; /* renumbers: the least for the next record */
	/*
	 * Called with a datagram from the socket and its sender. Returns true
	 * if libssl must not get the datagram.
	 */
	bool (*intercept)(void *owner, const struct sockaddr_storage *,
	    const uint8_t *, size_t);
	void *owner;
};

void transport_init(struct transport *, int fd, const struct transport_kind *,
    transport_trace *);
void transport_free(struct transport *);
/*
 * Returns a new BIO over the transport, which must outlive it, or NULL if
 * memory has run out.
 *
 * A read that finds nothing sets starved, which callers of libssl clear before
 * each call. If libssl wants to read and starved is not set, libssl only
 * interrupted its work: it took a record without application data, or
 * -nbio_test interfered.
 */
BIO *transport_bio(struct transport *);

enum transport_state transport_flush(struct transport *);
/*
 * As transport_flush, but bytes that the kernel is sure to take may wait until
 * the step ends, so that more bytes join them.
 */
enum transport_state transport_gather(struct transport *);
/* As transport_flush, when nothing will follow: also ends a stream. */
enum transport_state transport_finish(struct transport *);
size_t transport_unsent(const struct transport *);
/* Drop in: all of it was read, or nobody wants the rest. */
void transport_forget_in(struct transport *);
/* Queue bytes in the clear behind what libssl wrote: the P command. */
void transport_write_clear(struct transport *, const void *, size_t);
/*
 * Returns false if the first bytes are neither a record of TLS nor a
 * ClientHello in the old form of SSL 2.0. Returns true if the peer has said
 * nothing yet.
 */
bool transport_speaks_tls(const struct transport *);
/*
 * Must be called before the first transport_bio. Returns 0, or -1 (reported).
 */
int transport_open(void);
void transport_close(void);

#endif
