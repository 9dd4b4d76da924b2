/*
 * The question which certificates a handshake has, which libssl asks once the
 * ClientHello is read (SSL_CTX_set_cert_cb(3)). It goes to each chooser of the
 * context in turn, in the order in which they were added.
 */
#ifndef CERTIFICATE_CHOICE_H
#define CERTIFICATE_CHOICE_H

#include <openssl/ssl.h>

enum certificate_choice {
	CHOICE_WAIT = -1,
	/* The handshake stops; it goes on, with this chooser, when
	   SSL_do_handshake is called again. Until then SSL_get_error gives
	   SSL_ERROR_WANT_X509_LOOKUP. */
	CHOICE_FAILED = 0, /* the handshake ends with an internal_error */
	CHOICE_MADE = 1, /* or nothing to choose: the next one is asked */
};

typedef enum certificate_choice certificate_chooser(SSL *, void *arg);

/*
 * The argument must live as long as the context; release, unless NULL, is
 * called for it when the context is freed. Returns 0, or -1 (reported), with
 * the argument released.
 */
int certificate_choice_add(
    SSL_CTX *, certificate_chooser *, void *arg, void (*release)(void *));

#endif
