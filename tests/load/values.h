/*
 * Reads the values of options. All functions return 0, or -1 (reported) for a
 * wrong value.
 */
#ifndef VALUES_H
#define VALUES_H

#include <stddef.h>
#include <sys/socket.h>

struct value_address {
	struct sockaddr_storage address;
	socklen_t size; /* 0: not given */
};

/* HOST:PORT or [ADDRESS]:PORT. */
int value_endpoint(struct value_address *, const char *);
/* HOST only; the port becomes 0. */
int value_host(struct value_address *, const char *);
/* 0 to INT_MAX. name: the name of the option, without dashes. */
int value_number(unsigned *, const char *name, const char *);
/*
 * Text with the usual escapes. Frees the old *text; the caller frees the new
 * one.
 */
int value_text(char **text, size_t *size, const char *);

#endif
