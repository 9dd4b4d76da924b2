/*
 * The transfer of one request to an HTTP server and of its answer, in a process
 * of its own (fetcher.h).
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include <stddef.h>
#include <stdint.h>

#include "shared/fetch_board.h"
#include "shared/fetch_request.h"

struct config;

/*
 * Carry the request out. Blocks for as long as the server takes, within the
 * time limit of the options. The answer, which the caller frees, is the
 * response or the CRL in DER with at most size_max bytes, or the library's
 * errors as lines. Returns how long the answer may be shared, in ms.
 */
int64_t transfer_perform(const struct fetch_request *, const struct config *,
    size_t size_max, struct fetch_answer *);

#endif
