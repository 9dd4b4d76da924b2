#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "base/services.h"
#include "foundation/escape.h"
#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/slab.h"
#include "link/explain.h"
#include "link/explain_parts.h"
#include "link/link.h"
#include "tls/base/tls_error.h"
#include "tls/base/tls_names.h"

static void explain_find_error(struct failing *);
static void explain_fill(struct explanation *, struct failing *);
static void explain_fill_reason(struct explanation *, const struct failing *);
static void explain_fill_key(struct explanation *, const struct failing *);
static const char *explain_alert_name(int);

/* The first part that knows the failure explains it. */
static bool (*const explain_parts[])(struct failing *) = {
	explain_deadline,
	explain_stranger,
	explain_alert,
	explain_certificate,
	explain_offer,
	explain_reason,
	explain_gone,
};

void
explain_failure(struct link *link, enum stats_counter why)
{
	struct witness *witness = link->shake.witness;
	struct failing failing = {
		.link = link,
		.config = link->services->config,
		.ssl = link->ssl,
		.witness = witness,
		.why = why,
	};
	struct explanation *explanation;
	size_t i;

	if (witness == NULL || witness->explanation != NULL)
		return;
	if ((explanation = slab_alloc(sizeof(*explanation))) == NULL)
		fatalx("out of memory");
	memset(explanation, 0, sizeof(*explanation));
	failing.facts = witness->facts;
	explain_find_error(&failing);
	textbuf_init(&failing.hint);
	/* What the parts ask the library must not change its error queue. */
	ERR_set_mark();
	for (i = 0; i < sizeof(explain_parts) / sizeof(*explain_parts); i++)
		if (explain_parts[i](&failing))
			break;
	ERR_pop_to_mark();
	explain_fill(explanation, &failing);
	textbuf_free(&failing.hint);
	witness->explanation = explanation;
}

const struct explanation *
explanation_of(const struct link *link)
{
	const struct witness *witness = link->shake.witness;

	return witness == NULL ? NULL : witness->explanation;
}

const char *
explain_key(const struct explanation *explanation)
{
	return explanation->key;
}

void
explanation_json(const struct explanation *explanation, struct json *json)
{
	json_open(json, "failure", '{');
	json_string(json, "alert_sent", explanation->alert_sent);
	json_string(json, "alert_received", explanation->alert_received);
	if (explanation->reason[0] != '\0')
		json_string(json, "reason", explanation->reason);
	json_string(json, "key", explanation->key);
	if (explanation->hint[0] != '\0')
		json_string(json, "hint", explanation->hint);
	json_close(json, '}');
}

static void
explain_find_error(struct failing *failing)
{
	unsigned long first = ERR_peek_error();

	failing->error = tls_error_telling();
	if (ERR_GET_LIB(failing->error) != ERR_LIB_SSL &&
	    ERR_GET_LIB(first) == ERR_LIB_SSL)
		failing->error = first;
	if (ERR_GET_LIB(failing->error) == ERR_LIB_SSL)
		failing->reason = ERR_GET_REASON(failing->error);
}

static void
explain_fill(struct explanation *explanation, struct failing *failing)
{
	const struct witness *witness = failing->witness;
	struct textbuf line;

	/* To a peer that has gone, libssl sends its alert in vain. */
	if (failing->why != STAT_FAILED_CLOSED &&
	    !failing->link->transport.at_eof)
		explanation->alert_sent =
		    explain_alert_name(witness->alert_sent);
	explanation->alert_received =
	    explain_alert_name(witness->alert_received);
	textbuf_init(&line);
	if (failing->hint.size > 0)
		escape_line(&line, failing->hint.data, failing->hint.size);
	if (line.size >= sizeof(explanation->hint))
		memcpy(line.data + sizeof(explanation->hint) - 4, "...", 4);
	if (line.size > 0)
		strlcpy(
		    explanation->hint, line.data, sizeof(explanation->hint));
	textbuf_free(&line);
	explain_fill_reason(explanation, failing);
	explain_fill_key(explanation, failing);
}

static void
explain_fill_reason(
    struct explanation *explanation, const struct failing *failing)
{
	const struct transport *transport = &failing->link->transport;
	const char *reason = NULL;
	int number = 0;

	if (failing->error != 0 && ERR_SYSTEM_ERROR(failing->error))
		number = ERR_GET_REASON(failing->error);
	else if (failing->error != 0)
		reason = ERR_reason_error_string(failing->error);
	else if (transport->read_error != 0)
		number = transport->read_error;
	else
		number = transport->write_error;
	if (number != 0)
		reason = strerror(number);
	if (reason != NULL)
		strlcpy(
		    explanation->reason, reason, sizeof(explanation->reason));
}

static void
explain_fill_key(struct explanation *explanation, const struct failing *failing)
{
	char *key = explanation->key;
	size_t size = sizeof(explanation->key);

	if (failing->why == STAT_FAILED_ALERT_RECEIVED &&
	    explanation->alert_received != NULL)
		strlcpy(key, explanation->alert_received, size);
	else if (failing->key != NULL)
		strlcpy(key, failing->key, size);
	else if (explanation->reason[0] != '\0')
		strlcpy(key, explanation->reason, size);
	else if (explanation->alert_sent != NULL)
		snprintf(key, size, "alert %s sent", explanation->alert_sent);
	else
		strlcpy(key, "no reason is known", size);
}

static const char *
explain_alert_name(int alert)
{
	return alert == WITNESS_NO_ALERT ? NULL : tls_name_of_alert(alert);
}
