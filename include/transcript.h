/*
 * The stock program's words about a connection, byte for byte. Everything is
 * said through text.h; a whole block is one text_write(), so it is never torn.
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <openssl/ssl.h>

struct config;
struct textbuf;

/*
 * After a handshake in interactive mode, on TEXT_OUT: the session in PEM,
 * client certificate, shared ciphers … down to the keying material. label is
 * the line of -label without newline, printed first, or NULL.
 */
void transcript_session(SSL *, const struct config *, const char *label);
/* With -brief and -rev, on TEXT_ERR. */
void transcript_brief(SSL *, const struct config *, const char *label);
/*
 * After a failed handshake, on TEXT_ERR: "ERROR" (heading), the verify error
 * if there is one, the error stack.
 */
void transcript_failure(SSL *, const char *heading);

/* Lines that the status page of -www shares with the block. */
void transcript_sigalgs(SSL *, struct textbuf *);
void transcript_groups(SSL *, struct textbuf *);

#endif
