/*
 * What a worker wants to have fetched (fetch_board.h). Nothing here waits.
 */
#ifndef FETCHING_H
#define FETCHING_H

#include <stdint.h>

#include "shared/fetch_board.h"

struct config;
struct services;
struct textbuf;

/*
 * As fetch_board_ask, and the fetcher hears of it: FETCH_PENDING then, never
 * FETCH_ASKED.
 */
enum fetch_verdict
fetching_ask(const struct services *, const struct textbuf *request,
    uint64_t asker, int64_t since_ms, struct fetch_answer *);
/* Until when (monotime_ms) to look for what was first asked for then. */
int64_t fetching_until_ms(const struct config *, int64_t since_ms);

#endif
