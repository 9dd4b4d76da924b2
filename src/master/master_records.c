/*
 * The records of connections whose worker could not write them any more.
 */
#include "config/config.h"
#include "foundation/json.h"
#include "master/master_state.h"
#include "master/record_file.h"
#include "shared/connection_board.h"
#include "shared/record_line.h"
#include "shared/shared.h"

static void master_record_card(
    struct master *, unsigned, const struct card_copy *, enum card_end);

void
master_repair_cards(struct master *master, unsigned slot)
{
	struct shared *shared = master->shared;

	if (shared->connections != NULL)
		connection_board_repair(
		    shared->connections, shared->stats, slot);
}

/*
 * A connection that counts as ended may have its record already: the worker was
 * killed after it had written the record. Better twice than never.
 */
void
master_record_missing(struct master *master, unsigned slot, enum card_end end)
{
	struct connection_board *board = master->shared->connections;
	struct card_copy card;
	unsigned i;

	if (board == NULL)
		return;
	for (i = 0; i < connection_board_used(board, slot); i++)
		if (connection_board_read(board, slot, i, &card))
			master_record_card(master, slot, &card,
			    card.facts.phase == CARD_ENDING
				? (enum card_end)card.facts.end
				: end);
	connection_board_clear(board, slot);
}

static void
master_record_card(struct master *master, unsigned slot,
    const struct card_copy *card, enum card_end end)
{
	const struct config *config = master->config;
	struct textbuf line;
	struct json json;

	if (master->log->way == RECORD_NOWHERE ||
	    (config->log_events & LOG_CONNECTION) == 0)
		return;
	textbuf_init(&line);
	record_begin(&json, &line, "connection", config->label_host);
	record_parties(
	    &json, card, pool_number(master->workers, slot), config->dtls);
	record_handshake(&json, card);
	record_end(&json, card, end);
	json_end(&json);
	record_file_write(master->log, line.data, line.size);
	textbuf_free(&line);
}
