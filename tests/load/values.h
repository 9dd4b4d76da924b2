/*
 * The values of options: what they may be, and what they mean. All report a
 * wrong one and return -1.
 */
#ifndef VALUES_H
#define VALUES_H

#include <stddef.h>
#include <sys/socket.h>

struct value_address {
	struct sockaddr_storage address;
	socklen_t size; /* 0: none was given */
};

/* HOST:PORT or [ADDRESS]:PORT. */
int value_endpoint(struct value_address *, const char *);
/* HOST alone; the port is 0. */
int value_host(struct value_address *, const char *);
/* 0 to INT_MAX; name is the option's, without dashes. */
int value_number(unsigned *, const char *name, const char *);
/* With the usual escapes; *text is the caller's to free, before, too. */
int value_text(char **text, size_t *size, const char *);

#endif
