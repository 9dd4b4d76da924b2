/*
 * Addresses of sockets as text.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>

/* Bytes that suffice for each, with the name of an interface and a NUL. */
#define ADDRESS_TEXT_MAX 80

/*
 * Write host and port in figures: "127.0.0.1:4433" or "[::1]:4433". Returns
 * false, and writes nothing, if the address is not one of IPv4 or IPv6.
 */
bool address_write(
    const struct sockaddr_storage *, socklen_t, char *text, size_t size);

#endif
