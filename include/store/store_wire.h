/*
 * The protocol of Redis (RESP2) as bytes: commands and replies, by hiredis's
 * formatter and reader. A reply is refused that is larger than STORE_REPLY_MAX,
 * has more than STORE_ELEMENTS_MAX elements, or elements within elements: no
 * command of ours has one.
 */
#ifndef STORE_WIRE_H
#define STORE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "foundation/textbuf.h"

#define STORE_REPLY_MAX	   (64 * 1024)
#define STORE_ELEMENTS_MAX 16

enum store_reply_kind {
	STORE_REPLY_STATUS, /* "OK" */
	STORE_REPLY_ERROR, /* "WRONGPASS invalid username-password pair" */
	STORE_REPLY_BYTES,
	STORE_REPLY_NIL,
	STORE_REPLY_NUMBER,
	STORE_REPLY_LIST, /* of bytes */
};

struct store_reply {
	enum store_reply_kind kind;
	int64_t number;
	/*
	 * What it says; of a list all elements, one behind the other. With a
	 * NUL behind it, even if it is empty.
	 */
	struct textbuf bytes;
	size_t count; /* elements of a list */
	size_t end[STORE_ELEMENTS_MAX]; /* of each, in bytes */
};

struct store_argument {
	const void *data;
	size_t size;
};

struct store_wire;

/* Append a command as bytes. */
void store_wire_command(
    struct textbuf *, const struct store_argument *, size_t count);

struct store_wire *store_wire_open(void);
void store_wire_close(struct store_wire *);
/* What is wrong with the bytes is told by store_wire_next. */
void store_wire_feed(struct store_wire *, const void *, size_t);
/*
 * Returns 1 and the next reply, which is good until the next call; 0 if it is
 * not whole yet; -1 if it is refused, or none of this protocol.
 */
int store_wire_next(struct store_wire *, const struct store_reply **);

#endif
