#include "text/ssl_events.h"
#include "base/ssl_slot.h"

static void ssl_events_info(const SSL *, int, int);
static void
ssl_events_message(int, int, int, const void *, size_t, SSL *, void *);

static int ssl_events_slot = -1; /* of a struct ssl_events */

void
ssl_events_open(void)
{
	ssl_slot_open(&ssl_events_slot);
}

void
ssl_events_add(
    struct ssl_events *events, SSL *ssl, struct ssl_listener *listener)
{
	SLIST_INSERT_HEAD(&events->listeners, listener, entry);
	events->records_wanted |= listener->wants_records;
	ssl_events_changed(events, ssl);
}

void
ssl_events_changed(struct ssl_events *events, SSL *ssl)
{
	const struct ssl_listener *listener;
	bool info = false, message = false;

	SLIST_FOREACH(listener, &events->listeners, entry)
	{
		info = info || listener->info != NULL;
		message = message || listener->message != NULL;
	}
	if (info)
		ssl_slot_set(ssl, ssl_events_slot, events);
	SSL_set_info_callback(ssl, info ? ssl_events_info : NULL);
	SSL_set_msg_callback(ssl, message ? ssl_events_message : NULL);
	SSL_set_msg_callback_arg(ssl, events);
}

static void
ssl_events_info(const SSL *ssl, int where, int value)
{
	const struct ssl_events *events = SSL_get_ex_data(ssl, ssl_events_slot);
	const struct ssl_listener *listener;

	SLIST_FOREACH(listener, &events->listeners, entry)
	if (listener->info != NULL)
		listener->info(listener->arg, ssl, where, value);
}

static void
ssl_events_message(int is_write, int version, int content_type,
    const void *data, size_t size, SSL *ssl, void *arg)
{
	const struct ssl_events *events = arg;
	const struct ssl_listener *listener;
	struct ssl_message message;

	/* More than half of all messages are about records. */
	if (!events->records_wanted &&
	    (content_type == SSL3_RT_HEADER ||
		content_type == SSL3_RT_INNER_CONTENT_TYPE))
		return;
	message = (struct ssl_message){ is_write != 0, version, content_type,
		data, size };
	SLIST_FOREACH(listener, &events->listeners, entry)
	if (listener->message != NULL)
		listener->message(listener->arg, ssl, &message);
}
