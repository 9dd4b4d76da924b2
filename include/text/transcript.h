/*
 * The stock program's text about a connection, byte for byte. All of it is
 * written with text.h. A block is one text_write(), so that no other text gets
 * into it.
 */
#ifndef TRANSCRIPT_H
#define TRANSCRIPT_H

#include <stdbool.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

struct config;
struct textbuf;

/*
 * Print the block after a handshake in interactive mode, on TEXT_OUT: the
 * session in PEM, client certificate, shared ciphers … down to the keying
 * material. label is the line of -label without newline, which is printed
 * first, or NULL.
 */
void transcript_session(SSL *, const struct config *, const char *label);
/* Print the summary of -brief and -rev, on TEXT_ERR. */
void transcript_brief(SSL *, const struct config *, const char *label);
/*
 * After a failed handshake, print on TEXT_ERR the heading, such as "ERROR", the
 * verify error if there is one, and the error stack.
 */
void transcript_failure(SSL *, const char *heading);

/*
 * Returns true if the error queue says that the peer ended without
 * close_notify. The modes that read lines take this for an ordinary end.
 */
bool transcript_peer_vanished(void);

/* Append lines that the block, the summary and the page of -www share. */
void transcript_sigalgs(SSL *, struct textbuf *);
void transcript_groups(SSL *, struct textbuf *);
void transcript_ca_names(SSL *, const struct config *, struct textbuf *);
void transcript_renegotiation(SSL *, struct textbuf *);
/* Append single ones of these lines. */
void transcript_offered_sigalgs(SSL *, struct textbuf *);
void transcript_offered_groups(SSL *, struct textbuf *);
void transcript_offered_ciphers(SSL *, struct textbuf *);
void transcript_point_formats(SSL *, struct textbuf *);
/* Append what the client has signed with, such as "ECDSA", if it has. */
void transcript_signature_type(SSL *, const char *heading, struct textbuf *);
/* Append what the server has signed with, where the stock program does so. */
void transcript_own_signature(SSL *, struct textbuf *);
/* Append the key or the group of the key exchange, likewise. */
void transcript_key_exchange(SSL *, struct textbuf *);

#endif
