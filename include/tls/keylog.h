/*
 * -keylogfile: the secrets of all connections, in NSS key log format, for
 * packet analysers. All workers append whole lines to one file.
 */
#ifndef KEYLOG_H
#define KEYLOG_H

#include <openssl/ssl.h>

struct config;
struct file_tail_state;

/*
 * For the master: have the context write to the file. The first call opens the
 * file. Does nothing without the option. Returns 0, or -1 (reported).
 */
int keylog_install(SSL_CTX *, const struct config *);
/* For the master before the fork: give the file its state in shared memory. */
int keylog_share(struct file_tail_state *);
/* Returns the descriptor, which workers must keep open, or -1. */
int keylog_fd(void);
/* For the master at its end: prints how much was lost. */
void keylog_close(void);

#endif
