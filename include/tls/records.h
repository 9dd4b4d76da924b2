/*
 * How data is divided into records: -max_send_frag, -split_send_frag,
 * -max_pipelines, -read_buf.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <openssl/ssl.h>

struct config;

/* Returns 0, or -1 (reported) if libssl does not permit a value. */
int records_install(SSL_CTX *, const struct config *);

#endif
