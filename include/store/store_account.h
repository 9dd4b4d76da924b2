/*
 * What came of the commands, for the statistics: each is counted once, as one
 * of hits, misses, puts, removals, errors and timeouts.
 */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

struct counters;
struct store_answer;
struct store_command;

/* Counts a command that was not counted yet. Does nothing without counters. */
void store_account(const struct counters *, struct store_command *,
    const struct store_answer *);

#endif
