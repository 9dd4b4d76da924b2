/*
 * -state, -msg, -trace and -debug: libssl's callbacks turned into the stock
 * program's lines.
 */
#ifndef TRACING_H
#define TRACING_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct config;
struct file_tail_state;

/*
 * Open -msgfile (O_APPEND, truncated) in the master, before the fork. Returns
 * 0, or -1 (reported: also if this libssl knows no -trace). Records are written
 * whole by whichever worker has one.
 */
int tracing_open(const struct config *);
/* Before the fork: what workers have to know of each other's writing. */
int tracing_share(struct file_tail_state *);
/* Its descriptor, or -1 without -msgfile. */
int tracing_fd(void);
/* In the master, at the end: says what was lost. */
void tracing_close(void);
/* Install on a new SSL what the configuration asks for. */
void tracing_attach(SSL *, const struct config *);
/*
 * -debug, called by the transport for each read and write that a blocking
 * socket would have completed: "read from 0x… [0x…] (5 bytes => 5 (0x5))" and
 * the dump, on TEXT_OUT. result as read(2) returns it.
 */
void tracing_io(bool is_write, const void *bio, const void *data, size_t asked,
    long result);

#endif
