#include <stdlib.h>

#include "log.h"
#include "output.h"
#include "process.h"
#include "relay.h"
#include "textbuf.h"

static bool relay_take(struct relay *, unsigned);
static void relay_block(struct relay *, unsigned, const struct message *);

int
relay_open(
    struct relay *relay, struct process_table *table, struct output *output)
{
	relay->table = table;
	relay->output = output;
	relay->partial = calloc(table->slots, sizeof(*relay->partial));
	if (relay->partial != NULL)
		return 0;
	log_warn("cannot listen to %u workers", table->children);
	return -1;
}

void
relay_close(struct relay *relay)
{
	free(relay->partial);
}

void
relay_read(struct relay *relay, unsigned slot)
{
	while (!output_full(relay->output) && relay_take(relay, slot))
		;
}

void
relay_bury(struct relay *relay, unsigned slot)
{
	/* However full the output is: it cannot be had later. */
	while (relay_take(relay, slot))
		;
	textbuf_free(&relay->partial[slot]);
}

static bool
relay_take(struct relay *relay, unsigned slot)
{
	struct channel *text = &relay->table->slot[slot].text;
	struct message message;

	if (channel_receive(text, &message, relay->body) != 1)
		return false;
	relay_block(relay, slot, &message);
	return true;
}

/* A block of several packets is written when its last one is there. */
static void
relay_block(struct relay *relay, unsigned slot, const struct message *message)
{
	struct textbuf *partial = &relay->partial[slot];
	enum text_stream stream = (enum text_stream)message->stream;

	if ((message->flags & MESSAGE_FLAG_MORE) || partial->size > 0)
		textbuf_append(partial, relay->body, message->size);
	else
		output_write(stream, relay->body, message->size, relay->output);
	if ((message->flags & MESSAGE_FLAG_MORE) || partial->size == 0)
		return;
	output_write(stream, partial->data, partial->size, relay->output);
	textbuf_free(partial);
}
