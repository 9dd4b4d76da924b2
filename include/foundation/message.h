/*
 * What the master and its children say to each other. Each message is one
 * packet of its channel: this header, then size bytes. The table in message.c
 * has a row for each type: who may send it, who may get it, and how many bytes
 * may follow. A channel refuses a message that breaks its row, so no receiver
 * checks again.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_BODY_MAX (64 * 1024)

/* The process at one end of a channel. Bits: a row may name several. */
enum message_party {
	PARTY_MASTER = 1, /* the master's end of a control channel */
	PARTY_PRINTER = 2, /* the master's end of a text channel */
	PARTY_WORKER = 4,
	PARTY_FETCHER = 8,
};

enum message_type {
	/* From a child to the master */
	MESSAGE_READY = 1, /* can do its work: a worker could take clients */
	/* From a worker to the master */
	MESSAGE_OPENED, /* connection accepted; flags: it is held */
	MESSAGE_CLOSED, /* connection gone */
	MESSAGE_UNIT_DONE, /* the unit is with the peer: send the next */
	MESSAGE_QUOTA_USED, /* the last connection allowed was accepted */
	MESSAGE_STATS, /* the answer to STATS_REQUEST; id as asked */
	MESSAGE_DRAINING, /* the answer to DRAIN: accepts no more */
	MESSAGE_LOG, /* whole lines of -log, which the master writes */
	/* From a worker to the master, and from there to the fetcher */
	MESSAGE_FETCH, /* something is wanted */
	/* From the fetcher to the master, and from there to all workers */
	MESSAGE_FETCHED, /* something was fetched */
	/* From the master to a worker */
	MESSAGE_ACCEPT, /* clients are taken from now on */
	MESSAGE_GO, /* no unit is coming for this held connection */
	MESSAGE_UNIT, /* one read of standard input for this connection */
	MESSAGE_CLOSE, /* end this connection in order */
	MESSAGE_STATS_REQUEST,
	MESSAGE_DRAIN, /* accept no more, finish what is open, exit */
	MESSAGE_QUIT, /* end every connection in order, exit */
	MESSAGE_ABORT, /* exit now */
	/* The file of -log is this descriptor; without one the master writes */
	MESSAGE_LOG_FILE,
	/*
	 * From a child to the printer; a block may take several packets. A
	 * worker's text goes by its ring (text_ring.h), but for what it says
	 * before it has begun.
	 */
	MESSAGE_TEXT,
	/* From a worker to the printer, who sleeps: text is in the ring */
	MESSAGE_TEXT_THERE,
	/* From the printer to a worker, who waits: the ring has room */
	MESSAGE_TEXT_ROOM,
	MESSAGE_TYPES
};

#define MESSAGE_FLAG_HELD 1 /* OPENED */
#define MESSAGE_FLAG_QUIT 2 /* UNIT: end of file or Q: the server ends too */
#define MESSAGE_FLAG_MORE 4 /* TEXT: the block goes on in the next packet */

struct message {
	uint32_t type; /* enum message_type */
	uint32_t size; /* bytes that follow */
	uint64_t id; /* connection number, or the number of a request */
	uint16_t flags;
	uint16_t stream; /* TEXT: enum text_stream */
	uint32_t reserved;
};

/* Returns true if a descriptor may come with messages of this type. */
bool message_may_carry(uint32_t type);
/*
 * Returns true if the type is known, may go from one party to the other, and
 * may be followed by body_size bytes.
 */
bool message_is_allowed(const struct message *, size_t body_size,
    enum message_party from, enum message_party to);

#endif
