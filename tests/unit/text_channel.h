/*
 * What tests of text need: the channel between a process of the pool and its
 * first outlet.
 */
#ifndef TEXT_CHANNEL_H
#define TEXT_CHANNEL_H

#include <sys/socket.h>

#include "master/process.h"
#include "unit.h"

/* The master's ends of the process; it has no second outlet. Returns its own.
 */
static inline int
text_channel_open(struct process *process)
{
	int fds[2];

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds) == 0);
	channel_init(&process->text[0], fds[0]);
	channel_hear(&process->text[0], PARTY_WORKER, PARTY_PRINTER);
	channel_init(&process->text[1], -1);
	return fds[1];
}

#endif
