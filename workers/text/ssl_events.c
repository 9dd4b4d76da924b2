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
	ssl_slot_set(ssl, ssl_events_slot, events);
	SLIST_INSERT_HEAD(&events->listeners, listener, entry);
	if (listener->info != NULL)
		SSL_set_info_callback(ssl, ssl_events_info);
	if (listener->message != NULL)
		SSL_set_msg_callback(ssl, ssl_events_message);
}

void
ssl_events_spare(const struct ssl_events *events, SSL *ssl)
{
	const struct ssl_listener *listener;
	bool info = false, message = false;

	SLIST_FOREACH(listener, &events->listeners, entry)
	{
		info = info || listener->info != NULL;
		message = message || listener->message != NULL;
	}
	if (!info)
		SSL_set_info_callback(ssl, NULL);
	if (!message)
		SSL_set_msg_callback(ssl, NULL);
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
	const struct ssl_events *events = SSL_get_ex_data(ssl, ssl_events_slot);
	struct ssl_message message = { is_write != 0, version, content_type,
		data, size };
	const struct ssl_listener *listener;

	(void)arg;
	SLIST_FOREACH(listener, &events->listeners, entry)
	if (listener->message != NULL)
		listener->message(listener->arg, ssl, &message);
}
