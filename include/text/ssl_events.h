/*
 * Hands libssl's callbacks for states and messages to several listeners, where
 * libssl takes only one of each. Without listeners libssl calls nobody.
 */
#ifndef SSL_EVENTS_H
#define SSL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include <openssl/ssl.h>

/* A protocol message, as SSL_set_msg_callback(3) describes it. */
struct ssl_message {
	bool is_write;
	int version;
	int content_type;
	const void *data; /* valid until the listener returns */
	size_t size;
};

struct ssl_listener {
	SLIST_ENTRY(ssl_listener) entry;
	/* As for SSL_set_info_callback(3); NULL: not called. */
	void (*info)(void *arg, const SSL *, int where, int value);
	/* NULL: not called. */
	void (*message)(void *arg, SSL *, const struct ssl_message *);
	bool wants_records; /* to hear of their headers and types as well */
	void *arg;
};

/* Part of each link. */
struct ssl_events {
	SLIST_HEAD(ssl_listeners, ssl_listener)
	listeners; /* the last one first */
	bool records_wanted; /* by a listener; else none hears of them */
};

/* Called by the master, before the fork. */
void ssl_events_open(void);
/* The listener and the events must outlive the SSL. */
void ssl_events_add(struct ssl_events *, SSL *, struct ssl_listener *);
/* A listener has changed its functions: libssl calls only for those in use. */
void ssl_events_changed(struct ssl_events *, SSL *);

#endif
