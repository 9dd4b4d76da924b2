/*
 * The bytes between libssl and the socket: a BIO of our own over a
 * non-blocking socket, of a stream or of datagrams.
 *
 * What libssl writes is kept until transport_flush(), which is called at the
 * end of each step. So a flight of the handshake is one send(2), an answer that
 * ends the connection goes out in one packet with the last flight before it,
 * the close_notify and the end of the stream, and the last flight of a
 * full TLS 1.2 handshake, which libssl writes before it calls the new-session
 * callback, leaves only when the session is stored: a fast client may well
 * resume it on another worker at once.
 *
 * Reads go to the socket only while it may have something, so with
 * edge-triggered events there is no read(2) that could only fail.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>

#include "foundation/textbuf.h"
#include "net/record_numbers.h"

#define TRANSPORT_DISCARDS 16 /* reads of a step that drops what comes */
#define TRANSPORT_HIGH	   (64 * 1024) /* so much unsent: produce no more */
#define TRANSPORT_SURE	   (16 * 1024) /* a new socket takes it at once */

/* So many bytes tell whether a peer speaks TLS. */
#define TRANSPORT_FIRST 3

/*
 * Told of each read and write that a blocking socket would have completed.
 * result: as read(2) returns it.
 */
typedef void transport_trace(
    bool is_write, const void *bio, const void *data, size_t size, long result);

struct transport {
	int fd;
	bool can_read; /* set by an event, cleared by a short read */
	bool can_write;
	bool hung_up; /* the peer will send no more: read to the end */
	bool at_eof; /* read to the end */
	bool finished; /* the peer was told that no more is sent */
	bool starved; /* libssl wanted more than there was; see below */
	transport_trace *trace; /* -debug; NULL: without */
	bool datagrams; /* a connected UDP socket: see datagrams.h */
	bool over_ipv4; /* datagrams: in packets of IPv4 */
	bool peeks; /* reads leave the datagram in its queue */
	bool first_is_sent; /* a HelloVerifyRequest, if libssl writes it next */
	bool hints_only; /* datagrams: a refusal is no error, but noted */
	bool refused; /* and there was one */
	bool yielded; /* there may be more to read, in another turn */
	bool renumbers; /* records of epoch 0: see datagrams.h */
	unsigned turn; /* datagrams read in this one */
	int read_error, write_error; /* errno; 0: none */
	uint64_t read_bytes, written_bytes; /* on the socket */
	uint8_t first[TRANSPORT_FIRST]; /* of what was read */
	struct record_numbers numbers; /* datagrams: of what is written */
	struct textbuf out; /* written by libssl, not yet sent */
	size_t out_sent; /* of it */
	struct textbuf in; /* datagrams to be read before the socket's */
	size_t in_read; /* of it */
	uint64_t in_number; /* of the next record, at least; renumbers */
	/* A datagram from the socket, and who sent it: true keeps it from
	 * libssl. */
	bool (*intercept)(void *owner, const struct sockaddr_storage *,
	    const uint8_t *, size_t);
	void *owner;
};

enum transport_state {
	TRANSPORT_FLUSHED,
	TRANSPORT_BLOCKED, /* the rest goes when the socket is writable */
	TRANSPORT_BROKEN, /* write_error tells why */
};

void
transport_init(struct transport *, int fd, bool datagrams, transport_trace *);
void transport_free(struct transport *);
/*
 * A new BIO on top; the transport must outlive it. NULL: out of memory.
 *
 * A read that finds nothing sets starved, which its user clears before. If
 * libssl wants to read and is not starved, it has just not gone on: it took a
 * record without application data, or -nbio_test interfered.
 */
BIO *transport_bio(struct transport *);

enum transport_state transport_flush(struct transport *);
/*
 * As transport_flush, but what the kernel will take for sure may wait for more
 * until the step ends.
 */
enum transport_state transport_gather(struct transport *);
/* The same as transport_flush when nothing will follow. */
enum transport_state transport_finish(struct transport *);
size_t transport_unsent(const struct transport *);
/* Queue bytes behind what libssl wrote, as they are: the P command. */
void transport_write_clear(struct transport *, const void *, size_t);
/*
 * False: what came first is no record of TLS, nor a ClientHello in the old
 * form of SSL 2.0. True of a peer that said nothing yet.
 */
bool transport_speaks_tls(const struct transport *);
/*
 * Read and drop what the peer still sends, some of it if it is much: can_read
 * tells. True: it has ended.
 */
bool transport_discard(struct transport *);

/* Once, before the first transport_bio. Returns 0, or -1 (reported). */
int transport_open(void);
void transport_close(void);

#endif
