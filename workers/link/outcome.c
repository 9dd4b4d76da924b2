#include "link/outcome.h"
#include "base/counters.h"
#include "foundation/monotime.h"
#include "link/moments.h"

static void
outcome_change(struct outcome *, const enum stats_counter *, size_t);
static void outcome_count_bytes(
    struct outcome *, enum stats_counter, enum card_word, uint64_t, uint64_t);

void
outcome_init(struct outcome *outcome, const struct counters *counters,
    struct card_holder *cards, struct connection_card *card, uint64_t number)
{
	*outcome = (struct outcome){ .counters = counters,
		.cards = cards,
		.card = card,
		.number = number,
		.accepted_us = monotime_us(),
		.failure = STAT_ACCEPTS };
}

void
outcome_begin(struct outcome *outcome)
{
	if (!outcome->begun)
		counters_count(outcome->counters, STAT_ACCEPTS);
	outcome->begun = true;
}

void
outcome_begin_anew(struct outcome *outcome)
{
	outcome->begun = false;
}

void
outcome_shake(struct outcome *outcome, unsigned version, enum stats_kind kind)
{
	enum stats_counter raised[] = { STAT_ACCEPTS_FINISHED, STAT_ACCEPTS,
		STAT_ACCEPTS };
	size_t count = 1;

	outcome->shaken = true;
	outcome->version = stats_version(version);
	outcome->kind = kind;
	outcome->took_us = monotime_us() - outcome->accepted_us;
	/* A version that is not known is not counted. */
	if (outcome->version < STATS_VERSIONS) {
		raised[count++] =
		    stats_finished_counter(outcome->version, kind);
		raised[count++] = stats_time_counter(kind, outcome->took_us);
	}
	outcome_change(outcome, raised, count);
}

void
outcome_fail(struct outcome *outcome, enum stats_counter why)
{
	outcome->failure = why;
	outcome_change(outcome, &why, 1);
}

void
outcome_early(struct outcome *outcome, bool accepted)
{
	enum stats_counter raised =
	    accepted ? STAT_EARLY_ACCEPTED : STAT_EARLY_REJECTED;

	if (outcome->early != EARLY_NONE)
		return;
	outcome->early = accepted ? EARLY_ACCEPTED : EARLY_REJECTED;
	outcome_change(outcome, &raised, 1);
}

void
outcome_renegotiate(struct outcome *outcome)
{
	counters_count(outcome->counters, STAT_RENEGOTIATIONS);
}

void
outcome_renegotiated(struct outcome *outcome)
{
	const enum stats_counter raised = STAT_ACCEPTS_FINISHED;

	if (outcome->renegotiations < UINT16_MAX)
		outcome->renegotiations++;
	outcome_change(outcome, &raised, 1);
}

void
outcome_moved(struct outcome *outcome, uint64_t in, uint64_t out)
{
	if (outcome->cards == NULL) {
		counters_add(outcome->counters, STAT_SOCKET_IN, in);
		counters_add(outcome->counters, STAT_SOCKET_OUT, out);
		return;
	}
	if (outcome->moments != NULL && outcome->moments->first_byte_us == 0 &&
	    in > 0)
		outcome->moments->first_byte_us = monotime_us();
	outcome_count_bytes(outcome, STAT_SOCKET_IN, CARD_SOCKET_IN, in, out);
}

void
outcome_data(struct outcome *outcome, uint64_t in, uint64_t out)
{
	if (outcome->cards == NULL) {
		counters_add(outcome->counters, STAT_DATA_IN, in);
		counters_add(outcome->counters, STAT_DATA_OUT, out);
		return;
	}
	if (outcome->moments != NULL) {
		outcome->moments->last_data_us = monotime_us();
		if (outcome->moments->first_data_us == 0)
			outcome->moments->first_data_us =
			    outcome->moments->last_data_us;
	}
	outcome->data_in += in;
	outcome->data_out += out;
	outcome_count_bytes(outcome, STAT_DATA_IN, CARD_DATA_IN, in, out);
}

void
outcome_early_data(struct outcome *outcome, uint64_t in)
{
	outcome->early_bytes += in;
	outcome_data(outcome, in, 0);
}

void
outcome_time_out(struct outcome *outcome)
{
	const enum stats_counter raised = STAT_TIMED_OUT;

	outcome->timed_out = true;
	outcome_ends(outcome, CARD_END_DEADLINE);
	outcome_change(outcome, &raised, 1);
}

struct card_facts
outcome_facts(const struct outcome *outcome)
{
	return (struct card_facts){
		.phase = outcome->ended ? CARD_ENDING
		    : outcome->shaken	? CARD_OPEN
					: CARD_HANDSHAKE,
		.version = (uint8_t)outcome->version,
		.kind = (uint8_t)outcome->kind,
		.finished = outcome->shaken,
		.timed_out = outcome->timed_out,
		.early_accepted = outcome->early == EARLY_ACCEPTED,
		.early_rejected = outcome->early == EARLY_REJECTED,
		.failure = (uint8_t)outcome->failure,
		.end = (uint8_t)outcome->end,
		.renegotiations = outcome->renegotiations,
	};
}

void
outcome_ends(struct outcome *outcome, enum card_end end)
{
	if (outcome->end == CARD_END_UNKNOWN)
		outcome->end = end;
}

void
outcome_end(struct outcome *outcome)
{
	const enum stats_counter raised = STAT_ENDED;

	outcome->ended = true;
	outcome_change(outcome, &raised, 1);
}

/* Raise counters by 1, and tell the card how the connection stands now. */
static void
outcome_change(
    struct outcome *outcome, const enum stats_counter *raised, size_t count)
{
	struct card_holder *cards = outcome->cards;
	size_t i;

	if (outcome->card == NULL) {
		for (i = 0; i < count; i++)
			counters_count(outcome->counters, raised[i]);
		return;
	}
	card_begin(cards, outcome->card);
	card_set_facts(cards, outcome_facts(outcome));
	card_set(cards, CARD_TOOK_US, (uint64_t)outcome->took_us);
	for (i = 0; i < count; i++)
		card_raise(cards, raised[i], 1);
	card_commit(cards);
}

/* Of the counter and the word: the next ones are for the other direction. */
static void
outcome_count_bytes(struct outcome *outcome, enum stats_counter counter,
    enum card_word word, uint64_t in, uint64_t out)
{
	struct card_holder *cards = outcome->cards;

	if (outcome->card == NULL) {
		counters_add(outcome->counters, counter, in);
		counters_add(outcome->counters, counter + 1, out);
		return;
	}
	card_begin(cards, outcome->card);
	card_set(cards, word, card_word(outcome->card, word) + in);
	card_set(cards, word + 1, card_word(outcome->card, word + 1) + out);
	card_raise(cards, counter, in);
	card_raise(cards, counter + 1, out);
	card_commit(cards);
}
