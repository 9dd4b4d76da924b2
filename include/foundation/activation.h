/*
 * What a service manager has put into the environment, as systemd does: see
 * sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3).
 */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

/* The descriptor of a socket that was handed in. */
#define ACTIVATION_FD 3
/* The address of a UNIX socket is shorter; a longer name is cut off. */
#define ACTIVATION_NAME_MAX 128

struct activation {
	bool hands_in; /* ACTIVATION_FD is the socket to listen on */
	/* NOTIFY_SOCKET; empty: nobody wants to be told. */
	char notify[ACTIVATION_NAME_MAX];
	int64_t watchdog_ms; /* one WATCHDOG=1 in this time; 0: none */
};

/*
 * Read the variables that are for this process, and take them all out of the
 * environment, so that no child believes that they are for it. To be called
 * before anything is forked. Returns 0, or -1 if it is not one socket that is
 * handed in (reported).
 */
int activation_take(struct activation *);

#endif
