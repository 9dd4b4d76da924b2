#include "foundation/message.h"

#define CHILDREN (PARTY_WORKER | PARTY_FETCHER)

static const struct {
	unsigned from, to; /* enum message_party */
	uint32_t body_max; /* bytes */
} message_rows[MESSAGE_TYPES] = {
	[MESSAGE_READY] = { CHILDREN, PARTY_MASTER, 0 },
	[MESSAGE_OPENED] = { PARTY_WORKER, PARTY_MASTER, 0 },
	[MESSAGE_CLOSED] = { PARTY_WORKER, PARTY_MASTER, 0 },
	[MESSAGE_UNIT_DONE] = { PARTY_WORKER, PARTY_MASTER, 0 },
	[MESSAGE_QUOTA_USED] = { PARTY_WORKER, PARTY_MASTER, 0 },
	[MESSAGE_STATS] = { PARTY_WORKER, PARTY_MASTER, 0 },
	[MESSAGE_DRAINING] = { PARTY_WORKER, PARTY_MASTER, 0 },
	[MESSAGE_LOG] = { PARTY_WORKER, PARTY_MASTER, MESSAGE_BODY_MAX },
	[MESSAGE_FETCH] = { PARTY_WORKER | PARTY_MASTER,
	    PARTY_MASTER | PARTY_FETCHER, 0 },
	[MESSAGE_FETCHED] = { PARTY_FETCHER | PARTY_MASTER,
	    PARTY_MASTER | PARTY_WORKER, 0 },
	[MESSAGE_ACCEPT] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_GO] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_UNIT] = { PARTY_MASTER, PARTY_WORKER, MESSAGE_BODY_MAX },
	[MESSAGE_CLOSE] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_STATS_REQUEST] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_DRAIN] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_QUIT] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_ABORT] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_LOG_FILE] = { PARTY_MASTER, PARTY_WORKER, 0 },
	[MESSAGE_TEXT] = { CHILDREN, PARTY_PRINTER, MESSAGE_BODY_MAX },
	[MESSAGE_TEXT_THERE] = { PARTY_WORKER, PARTY_PRINTER, 0 },
	[MESSAGE_TEXT_ROOM] = { PARTY_PRINTER, PARTY_WORKER, 0 },
};

bool
message_may_carry(uint32_t type)
{
	return type == MESSAGE_LOG_FILE;
}

bool
message_is_allowed(const struct message *message, size_t body_size,
    enum message_party from, enum message_party to)
{
	uint32_t type = message->type;

	return type < MESSAGE_TYPES && (message_rows[type].from & from) != 0 &&
	    (message_rows[type].to & to) != 0 &&
	    body_size <= message_rows[type].body_max &&
	    message->size == body_size;
}
