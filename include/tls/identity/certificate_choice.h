/*
 * Chooses the certificates of a handshake. libssl asks for them when it has
 * read the ClientHello (SSL_CTX_set_cert_cb(3)). The choosers of the context
 * are then called in the order in which they were added.
 */
#ifndef CERTIFICATE_CHOICE_H
#define CERTIFICATE_CHOICE_H

#include <openssl/ssl.h>

enum certificate_choice {
	CHOICE_WAIT = -1,
	/* The handshake stops, and SSL_get_error returns
	   SSL_ERROR_WANT_X509_LOOKUP. When SSL_do_handshake is called again,
	   it goes on with this chooser. */
	CHOICE_FAILED = 0, /* the handshake ends with an internal_error */
	CHOICE_MADE = 1, /* or there was no choice; the next one is called */
};

typedef enum certificate_choice certificate_chooser(SSL *, void *arg);

/*
 * Add a chooser. Its argument must live as long as the context. release, unless
 * it is NULL, is called with the argument when the context is freed, or at once
 * if this function fails. Returns 0, or -1 (reported).
 */
int certificate_choice_add(
    SSL_CTX *, certificate_chooser *, void *arg, void (*release)(void *));

#endif
