/*
 * Encrypted Client Hello (RFC 9849), which OpenSSL has from 4.0 on: the keys of
 * -ech_key, -ech_dir and -ech_noretry_dir, and how the hello of a client went.
 * With a library that lacks it, these functions do nothing.
 */
#ifndef ECH_H
#define ECH_H

#include <stdbool.h>

#include <openssl/ssl.h>

#ifdef SSL_OP_ECH_TRIALDECRYPT
#define ECH_IS_KNOWN true
#else
#define ECH_IS_KNOWN false
#endif

struct config;
struct textbuf;

struct ech {
	/* The first file of a directory that was no key pair; NULL: none. */
	char *skipped; /* owned */
};

/*
 * Give the keys to a context, and print what the stock program prints.
 * has_more: there is a second context, and so the library's account of each
 * hello is printed. Returns 0, or -1 (reported).
 */
int ech_install(struct ech *, SSL_CTX *, const struct config *, bool has_more);
/* Does nothing if all fields are zero. */
void ech_close(struct ech *);

/* Append what the page of -www says of it, as HTML. */
void ech_describe(SSL *, struct textbuf *page);
/*
 * Print what the stock program prints of the name in the client's hello, which
 * may be NULL, and of the choice of a context: does the name match servername?
 */
void
ech_say_hello(SSL *, const char *name, const char *servername, bool matches);

#endif
