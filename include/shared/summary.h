/*
 * The page of -summary, for people.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdint.h>

struct stats;
struct tally;
struct textbuf;

/* So many reasons why handshakes failed are named. */
#define SUMMARY_FAILURES 10

/* Append the page. uptime_ms: since the server was started. */
void summary_page(const struct tally *, const struct stats *, int64_t uptime_ms,
    struct textbuf *);

#endif
