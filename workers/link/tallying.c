#include "link/tallying.h"

#include <stdio.h>

#include <openssl/err.h>

#include "base/counters.h"
#include "foundation/fault.h"
#include "link/link.h"
#include "shared/stats_names.h"
#include "shared/tally.h"
#include "tls/base/tls_group.h"

static const char *tallying_detail(enum stats_counter);

void
tallying_begin(const struct link *link)
{
	struct tally_slot *tally = link->outcome.counters->tally;

	if (tally != NULL)
		tally_begin(tally);
}

void
tallying_end(const struct link *link)
{
	struct tally_slot *tally = link->outcome.counters->tally;

	if (tally != NULL)
		tally_end(tally);
}

void
tallying_finished(const struct link *link)
{
	const struct outcome *outcome = &link->outcome;
	struct tally_slot *tally = outcome->counters->tally;
	char room[TLS_GROUP_NUMBER];

	if (tally == NULL)
		return;
	fault_point("handshake-counted");
	tally_finished(tally, outcome->version, outcome->kind, outcome->took_us,
	    SSL_get_cipher_name(link->ssl), tls_group_used(link->ssl, room));
}

void
tallying_failed(const struct link *link, enum stats_counter why)
{
	struct tally_slot *tally = link->outcome.counters->tally;
	const char *detail;
	char reason[TALLY_NAME + 1];

	if (tally == NULL)
		return;
	detail = tallying_detail(why);
	snprintf(reason, sizeof(reason), "%s%s%s", stats_failure_name(why),
	    detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
	tally_failed(tally, reason, link->outcome.number);
}

/* Returns what libssl says of it, or NULL. */
static const char *
tallying_detail(enum stats_counter why)
{
	unsigned long error = ERR_peek_last_error();

	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return NULL;
	switch (why) {
	case STAT_FAILED_ALERT_RECEIVED:
		return SSL_alert_desc_string_long(
		    ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET);
	case STAT_FAILED_ALERT_SENT:
	case STAT_FAILED_NOT_TLS:
	case STAT_FAILED_OTHER:
		return ERR_reason_error_string(error);
	default:
		return NULL;
	}
}
