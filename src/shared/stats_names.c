#include "shared/stats_names.h"

static const char *const version_names[STATS_VERSIONS] = { "TLSv1", "TLSv1.1",
	"TLSv1.2", "TLSv1.3", "DTLSv1", "DTLSv1.2" };

/* The first and the last version that a sort can have. */
static const struct {
	const char *name;
	enum stats_kind kind;
	unsigned first, last;
} sorts[STATS_SORTS] = {
	{ "full", STATS_FULL, 0, 5 },
	{ "tls12_id", STATS_BY_ID, 0, 2 },
	{ "tls12_ticket", STATS_BY_TICKET, 0, 2 },
	{ "tls13_ticket", STATS_BY_TICKET, 3, 3 },
	{ "tls13_stateful", STATS_BY_ID, 3, 3 },
	{ "tls13_psk", STATS_BY_PSK, 3, 3 },
	{ "dtls_id", STATS_BY_ID, 4, 5 },
	{ "dtls_ticket", STATS_BY_TICKET, 4, 5 },
};

static const char *const failure_names[] = {
	[STAT_FAILED_ALERT_SENT] = "alert_sent",
	[STAT_FAILED_ALERT_RECEIVED] = "alert_received",
	[STAT_FAILED_TIMEOUT] = "timeout",
	[STAT_FAILED_CLOSED] = "closed",
	[STAT_FAILED_NOT_TLS] = "not_tls",
	[STAT_FAILED_ENDED] = "ended",
	[STAT_FAILED_OTHER] = "other",
};

const char *
stats_version_name(unsigned version)
{
	return version_names[version];
}

unsigned
stats_sort(unsigned version, enum stats_kind kind)
{
	unsigned sort;

	for (sort = 0; sort < STATS_SORTS; sort++)
		if (sorts[sort].kind == kind && version >= sorts[sort].first &&
		    version <= sorts[sort].last)
			break;
	return sort;
}

const char *
stats_sort_name(unsigned sort)
{
	return sorts[sort].name;
}

uint64_t
stats_finished_of_sort(const struct stats_numbers *numbers, unsigned sort)
{
	uint64_t sum = 0;
	unsigned version;

	for (version = sorts[sort].first; version <= sorts[sort].last;
	     version++)
		sum += stats_finished(numbers, version, sorts[sort].kind);
	return sum;
}

const char *
stats_failure_name(unsigned counter)
{
	return counter >= STAT_FAILED_ALERT_SENT && counter <= STAT_FAILED_OTHER
	    ? failure_names[counter]
	    : failure_names[STAT_FAILED_OTHER];
}
