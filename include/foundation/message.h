/*
 * What master and workers say to each other. Each message is one packet of
 * its channel: this header, then size bytes. The channel refuses what does not
 * have the size its type demands, so no receiver checks again.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGE_BODY_MAX (64 * 1024)

enum message_type {
	/* Worker to master, control channel */
	MESSAGE_READY = 1, /* could take clients */
	MESSAGE_OPENED, /* connection accepted; flags: it is held */
	MESSAGE_CLOSED, /* connection gone */
	MESSAGE_UNIT_DONE, /* the unit is with the peer: send the next */
	MESSAGE_QUOTA_USED, /* the last connection allowed was accepted */
	MESSAGE_STATS, /* the answer to STATS_REQUEST; id as asked */
	MESSAGE_DRAINING, /* the answer to DRAIN: accepts no more */
	/* And on to the fetcher: something is wanted */
	MESSAGE_FETCH,
	/* Fetcher to master, and on to all workers: something was fetched */
	MESSAGE_FETCHED,
	/* Master to worker, control channel */
	MESSAGE_ACCEPT, /* clients are taken from now on */
	MESSAGE_GO, /* no unit is coming for this held connection */
	MESSAGE_UNIT, /* one read of standard input for this connection */
	MESSAGE_STATS_REQUEST,
	MESSAGE_DRAIN, /* accept no more, finish what is open, exit */
	MESSAGE_QUIT, /* end every connection in order, exit */
	MESSAGE_ABORT, /* exit now */
	/* Worker to master, text channel; a block may take several packets */
	MESSAGE_TEXT,
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

#endif
