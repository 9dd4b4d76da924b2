#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#ifdef HIREDIS
#include <hiredis/hiredis.h>
#endif

#include "foundation/log.h"
#include "store/store_wire.h"

#ifdef HIREDIS

/* The type changed with 1.0. */
#if HIREDIS_MAJOR < 1
typedef int store_wire_count;
#else
typedef size_t store_wire_count;
#endif

#define STORE_ARGUMENTS_MAX 16

struct store_wire {
	redisReader *reader;
	struct store_reply reply;
};

static void *store_wire_string(const redisReadTask *, char *, size_t);
static void *store_wire_list(const redisReadTask *, store_wire_count);
static void *store_wire_number(const redisReadTask *, long long);
static void *store_wire_nil(const redisReadTask *);
static void store_wire_drop(void *);
#if HIREDIS_MAJOR >= 1
static void *store_wire_double(const redisReadTask *, double, char *, size_t);
static void *store_wire_bool(const redisReadTask *, int);
#endif
static struct store_reply *
store_wire_begin(const redisReadTask *, enum store_reply_kind);

static redisReplyObjectFunctions store_wire_functions = {
	.createString = store_wire_string,
	.createArray = store_wire_list,
	.createInteger = store_wire_number,
	.createNil = store_wire_nil,
	.freeObject = store_wire_drop,
#if HIREDIS_MAJOR >= 1
	.createDouble = store_wire_double,
	.createBool = store_wire_bool,
#endif
};

void
store_wire_command(
    struct textbuf *out, const struct store_argument *arguments, size_t count)
{
	const char *data[STORE_ARGUMENTS_MAX];
	size_t sizes[STORE_ARGUMENTS_MAX], i;
	char *bytes = NULL;
	long long size;

	for (i = 0; i < count; i++) {
		data[i] = arguments[i].data;
		sizes[i] = arguments[i].size;
	}
	size = redisFormatCommandArgv(&bytes, (int)count, data, sizes);
	if (size < 0)
		fatalx("out of memory");
	textbuf_append(out, bytes, (size_t)size);
	redisFreeCommand(bytes);
}

struct store_wire *
store_wire_open(void)
{
	struct store_wire *wire = calloc(1, sizeof(*wire));

	if (wire == NULL ||
	    (wire->reader = redisReaderCreateWithFunctions(
		 &store_wire_functions)) == NULL)
		fatalx("out of memory");
	wire->reader->privdata = &wire->reply;
	textbuf_init(&wire->reply.bytes);
	return wire;
}

void
store_wire_close(struct store_wire *wire)
{
	if (wire == NULL)
		return;
	redisReaderFree(wire->reader);
	textbuf_free(&wire->reply.bytes);
	free(wire);
}

void
store_wire_feed(struct store_wire *wire, const void *data, size_t size)
{
	redisReaderFeed(wire->reader, data, size);
}

int
store_wire_next(struct store_wire *wire, const struct store_reply **reply)
{
	void *got = NULL;

	if (redisReaderGetReply(wire->reader, &got) != REDIS_OK)
		return -1;
	if (got != NULL) {
		*reply = got;
		return 1;
	}
	return wire->reader->len - wire->reader->pos > STORE_REPLY_MAX ? -1 : 0;
}

/* Returns where a reply goes, or NULL if it is refused. */
static struct store_reply *
store_wire_begin(const redisReadTask *task, enum store_reply_kind kind)
{
	struct store_reply *reply = task->privdata;

	/* An element: it becomes part of the list. */
	if (task->parent != NULL)
		return kind == STORE_REPLY_BYTES ? reply : NULL;
	reply->kind = kind;
	reply->number = 0;
	reply->count = 0;
	textbuf_clear(&reply->bytes);
	textbuf_space(&reply->bytes, 1); /* never NULL */
	return reply;
}

static void *
store_wire_string(const redisReadTask *task, char *text, size_t size)
{
	struct store_reply *reply;
	enum store_reply_kind kind;

	switch (task->type) {
	case REDIS_REPLY_STRING:
		kind = STORE_REPLY_BYTES;
		break;
	case REDIS_REPLY_STATUS:
		kind = STORE_REPLY_STATUS;
		break;
	case REDIS_REPLY_ERROR:
		kind = STORE_REPLY_ERROR;
		break;
	default: /* of RESP3, which nobody asked for */
		return NULL;
	}
	reply = store_wire_begin(task, kind);
	if (reply == NULL || size > STORE_REPLY_MAX - reply->bytes.size)
		return NULL;
	textbuf_append(&reply->bytes, text, size);
	if (task->parent != NULL)
		reply->end[task->idx] = reply->bytes.size;
	return reply;
}

static void *
store_wire_list(const redisReadTask *task, store_wire_count count)
{
	struct store_reply *reply;

	/* Old readers let negative ones pass. */
	if (task->type != REDIS_REPLY_ARRAY || (long long)count < 0 ||
	    (long long)count > STORE_ELEMENTS_MAX)
		return NULL;
	reply = store_wire_begin(task, STORE_REPLY_LIST);
	if (reply != NULL)
		reply->count = (size_t)count;
	return reply;
}

static void *
store_wire_number(const redisReadTask *task, long long number)
{
	struct store_reply *reply = store_wire_begin(task, STORE_REPLY_NUMBER);

	if (reply != NULL)
		reply->number = number;
	return reply;
}

static void *
store_wire_nil(const redisReadTask *task)
{
	return store_wire_begin(task, STORE_REPLY_NIL);
}

#if HIREDIS_MAJOR >= 1
static void *
store_wire_double(
    const redisReadTask *task, double number, char *text, size_t size)
{
	(void)task;
	(void)number;
	(void)text;
	(void)size;
	return NULL;
}

static void *
store_wire_bool(const redisReadTask *task, int value)
{
	(void)task;
	(void)value;
	return NULL;
}
#endif

/* All replies are in one place, which stays. */
static void
store_wire_drop(void *reply)
{
	(void)reply;
}

#else /* The options are refused, so nobody calls these. */

void
store_wire_command(
    struct textbuf *out, const struct store_argument *arguments, size_t count)
{
	(void)out;
	(void)arguments;
	(void)count;
}

struct store_wire *
store_wire_open(void)
{
	fatalx("this program was built without hiredis");
}

void
store_wire_close(struct store_wire *wire)
{
	(void)wire;
}

void
store_wire_feed(struct store_wire *wire, const void *data, size_t size)
{
	(void)wire;
	(void)data;
	(void)size;
}

int
store_wire_next(struct store_wire *wire, const struct store_reply **reply)
{
	(void)wire;
	(void)reply;
	return -1;
}

#endif
