#include "master/control_list.h"

#include "config/config.h"
#include "foundation/json.h"
#include "foundation/monotime.h"
#include "master/master_state.h"
#include "shared/connection_board.h"
#include "shared/record_line.h"
#include "shared/shared.h"

static void control_list_card(const struct master *, unsigned,
    const struct card_copy *, struct textbuf *);

unsigned
control_list(
    const struct master *master, struct textbuf *text, size_t max, bool *whole)
{
	const struct connection_board *board = master->shared->connections;
	struct card_copy card;
	unsigned slot, i, count = 0;

	*whole = true;
	for (slot = 0; slot < master->workers->slots; slot++)
		for (i = 0; i < connection_board_used(board, slot); i++) {
			if (!connection_board_read(board, slot, i, &card) ||
			    card.facts.phase == CARD_ENDING)
				continue;
			*whole = text->size < max;
			if (!*whole)
				return count;
			control_list_card(master, slot, &card, text);
			count++;
		}
	return count;
}

/* The members have the names that they have in -log. */
static void
control_list_card(const struct master *master, unsigned slot,
    const struct card_copy *card, struct textbuf *text)
{
	int64_t age_us = walltime_us() - card->accepted_us;
	struct json json;

	json_begin(&json, text);
	record_parties(&json, card, pool_number(master->workers, slot),
	    master->config->dtls);
	json_number(&json, "age_ms", age_us > 0 ? (uint64_t)age_us / 1000 : 0);
	json_string(&json, "phase", card_phase_name(card->facts.phase));
	record_handshake(&json, card);
	json_end(&json);
}
