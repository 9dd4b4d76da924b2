/*
 * libssl's callbacks for its states and messages, handed to several listeners:
 * libssl has one place for each. Without listeners libssl calls nobody.
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
	const void *data; /* until the listener returns */
	size_t size;
};

struct ssl_listener {
	SLIST_ENTRY(ssl_listener) entry;
	/* As SSL_set_info_callback(3) has it; NULL: not told. */
	void (*info)(void *arg, const SSL *, int where, int value);
	/* NULL: not told. */
	void (*message)(void *arg, SSL *, const struct ssl_message *);
	void *arg;
};

/* Part of each link. */
struct ssl_events {
	SLIST_HEAD(, ssl_listener) listeners; /* the last one first */
};

/* In the master, before the fork. */
void ssl_events_open(void);
/* The listener and the events must outlive the SSL. */
void ssl_events_add(struct ssl_events *, SSL *, struct ssl_listener *);

#endif
