/* How a worker has something fetched (fetch_board.h). Nothing here waits. */
#ifndef FETCHING_H
#define FETCHING_H

#include <stdint.h>

#include "shared/fetch_board.h"

struct config;
struct services;
struct textbuf;

/*
 * As fetch_board_ask, but also tells the fetcher of a new request, and then
 * returns FETCH_PENDING. Never returns FETCH_ASKED.
 */
enum fetch_verdict
fetching_ask(const struct services *, const struct textbuf *request,
    uint64_t asker, int64_t since_ms, struct fetch_answer *);
/*
 * Returns the time (monotime_ms) until which to wait for the answer to a
 * request that was first made at since_ms.
 */
int64_t fetching_until_ms(const struct config *, int64_t since_ms);

#endif
