#include "text/outbox.h"
#include "foundation/message.h"

static int outbox_send_block(struct outbox *, bool);
static int outbox_send(struct outbox *, const char *, size_t, bool);

void
outbox_init(struct outbox *outbox, int fd)
{
	channel_init(&outbox->channel, fd);
	textbuf_init(&outbox->block);
	outbox->stream = TEXT_OUT;
}

void
outbox_write(struct outbox *outbox, enum text_stream stream, const void *data,
    size_t size)
{
	stream = text_is_error(stream) ? TEXT_ERR : TEXT_OUT;
	if (stream != outbox->stream ||
	    outbox->block.size + size > MESSAGE_BODY_MAX)
		(void)outbox_send_block(outbox, true);
	outbox->stream = stream;
	textbuf_append(&outbox->block, data, size);
}

int
outbox_end_step(struct outbox *outbox)
{
	return outbox->block.size < OUTBOX_LITTLE ? 0
						  : outbox_end_block(outbox);
}

int
outbox_end_block(struct outbox *outbox)
{
	return outbox_send_block(outbox, false);
}

/* goes_on: more text of the same step is sure to follow. */
static int
outbox_send_block(struct outbox *outbox, bool goes_on)
{
	size_t left = outbox->block.size, size;
	const char *data = outbox->block.data;
	int status = 0;

	while (left > 0 && status == 0) {
		size = left < MESSAGE_BODY_MAX ? left : MESSAGE_BODY_MAX;
		left -= size;
		status = outbox_send(outbox, data, size, goes_on || left > 0);
		data += size;
	}
	/* Do not keep the memory of a block that is larger than usual. */
	if (outbox->block.capacity > MESSAGE_BODY_MAX)
		textbuf_free(&outbox->block);
	else
		textbuf_clear(&outbox->block);
	return status;
}

bool
outbox_is_large(const struct outbox *outbox)
{
	return outbox->block.size > OUTBOX_LARGE;
}

bool
outbox_full(const struct outbox *outbox)
{
	return outbox->channel.queued_bytes > OUTBOX_FULL;
}

bool
outbox_overflows(const struct outbox *outbox)
{
	return outbox->channel.queued_bytes > OUTBOX_OVERFLOW;
}

bool
outbox_waiting(const struct outbox *outbox)
{
	return channel_waiting(&outbox->channel);
}

int
outbox_flush(struct outbox *outbox)
{
	return channel_flush(&outbox->channel);
}

static int
outbox_send(struct outbox *outbox, const char *data, size_t size, bool more)
{
	struct message message = {
		.type = MESSAGE_TEXT,
		.size = (uint32_t)size,
		.flags = more ? MESSAGE_FLAG_MORE : 0,
		.stream = (uint16_t)outbox->stream,
	};

	return channel_send(&outbox->channel, &message, data);
}
