/*
 * The names of versions and of kinds of handshakes, the same in all that is
 * printed for people and for programs.
 */
#ifndef STATS_NAMES_H
#define STATS_NAMES_H

#include "shared/stats.h"

/* What a kind is called depends on the version: "tls12_id", "dtls_id". */
#define STATS_SORTS 8

/* Returns the name of a version by its index (stats_version). */
const char *stats_version_name(unsigned version);
/* Returns the sort of a handshake, or STATS_SORTS if there is none such. */
unsigned stats_sort(unsigned version, enum stats_kind);
const char *stats_sort_name(unsigned sort);
/* Returns how many handshakes of this sort were finished. */
uint64_t stats_finished_of_sort(const struct stats_numbers *, unsigned sort);

/* Returns the name of a STAT_FAILED_..., such as "alert_sent". */
const char *stats_failure_name(unsigned counter);

#endif
