/*
 * -keylogfile: the secrets of all connections, in NSS key log format, for
 * packet analysers. Workers append whole lines to the one file.
 */
#ifndef KEYLOG_H
#define KEYLOG_H

#include <openssl/ssl.h>

struct config;
struct file_tail_state;

/*
 * In the master: open the file, which is opened once, and have the context
 * write to it. Does nothing without the option. Returns 0, or -1 (reported).
 */
int keylog_install(SSL_CTX *, const struct config *);
/* Before the fork: what workers have to know of each other's writing. */
int keylog_share(struct file_tail_state *);
/* The descriptor, which workers keep; -1: none. */
int keylog_fd(void);
/* In the master, at the end: says what was lost. */
void keylog_close(void);

#endif
