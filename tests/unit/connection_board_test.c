/*
 * The cards of connections agree with the counters, whenever the process is
 * killed that changes both.
 */
#include <arpa/inet.h>
#include <signal.h>

#include "shared/connection_board.h"
#include "unit.h"

#define SLOTS 3
#define CARDS 8
#define KILLS 400

static struct connection_board *board;
static struct stats *stats;
static struct sockaddr_storage peer, local;

static void
open_board(void)
{
	size_t size = connection_board_size(SLOTS, CARDS);
	struct sockaddr_in *in = (struct sockaddr_in *)&peer;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&local;

	board = connection_board_init(mmap(NULL, size, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	    SLOTS, CARDS);
	stats = stats_init(mmap(NULL, stats_size(SLOTS), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	    SLOTS, SLOTS);
	memset(&peer, 0, sizeof(peer));
	in->sin_family = AF_INET;
	in->sin_port = htons(4433);
	memset(&local, 0, sizeof(local));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(443);
}

static void
card_end(struct card_holder *holder, struct connection_card *card)
{
	struct card_facts facts = card_facts(card);

	facts.phase = CARD_ENDING;
	facts.end = CARD_END_EOF;
	card_begin(holder, card);
	card_set_facts(holder, facts);
	card_raise(holder, STAT_ENDED, 1);
	card_commit(holder);
}

static void
card_move(struct card_holder *holder, struct connection_card *card, uint64_t n)
{
	card_begin(holder, card);
	card_set(holder, CARD_SOCKET_IN,
	    atomic_load(&card->word[CARD_SOCKET_IN]) + n);
	card_raise(holder, STAT_SOCKET_IN, n);
	card_commit(holder);
}

static void
a_card_lives(void)
{
	struct connection_card *card;
	struct card_holder holder;
	struct stats_numbers total;
	struct card_copy copy;

	open_board();
	CHECK(card_holder_open(&holder, board, stats, 1) == 0);
	CHECK(connection_board_find(board, 17) == -1);
	CHECK((card = card_take(&holder, 17, &peer, &local)) != NULL);
	card_move(&holder, card, 5);
	card_move(&holder, card, 7);
	CHECK(connection_board_find(board, 17) == 1);
	CHECK(connection_board_used(board, 1) == 1);
	CHECK(connection_board_read(board, 1, 0, &copy));
	CHECK(copy.number == 17 && copy.socket_in == 12);
	CHECK(copy.facts.phase == CARD_HANDSHAKE);
	CHECK(copy.peer.in.sin_port == htons(4433));
	CHECK(copy.local.in6.sin6_port == htons(443));
	CHECK(!connection_board_read(board, 1, 1, &copy));
	CHECK(!connection_board_read(board, 0, 0, &copy));
	CHECK(!connection_board_read(board, SLOTS, 0, &copy));
	card_end(&holder, card);
	CHECK(connection_board_read(board, 1, 0, &copy));
	CHECK(strcmp(card_end_name(copy.facts.end), "end of file") == 0);
	card_leave(&holder, card);
	card_free_leaving(&holder);
	CHECK(!connection_board_read(board, 1, 0, &copy));
	stats_total(stats, &total);
	CHECK(total.value[STAT_CONNECTIONS] == 1);
	CHECK(total.value[STAT_ENDED] == 1);
	CHECK(total.value[STAT_SOCKET_IN] == 12);
	free(holder.free);
	free(holder.leaving);
}

static void
cards_run_out(void)
{
	struct connection_card *card[CARDS];
	struct card_holder holder;
	struct stats_numbers total;
	unsigned i;

	open_board();
	CHECK(card_holder_open(&holder, board, stats, 0) == 0);
	for (i = 0; i < CARDS; i++)
		CHECK((card[i] = card_take(&holder, i + 1, &peer, &local)) !=
		    NULL);
	CHECK(connection_board_without(board) == 0);
	CHECK(card_take(&holder, CARDS + 1, &peer, &local) == NULL);
	CHECK(connection_board_without(board) == 1);
	stats_total(stats, &total);
	CHECK(total.value[STAT_CONNECTIONS] == CARDS + 1);
	card_leave(&holder, card[3]);
	CHECK(card_take(&holder, CARDS + 2, &peer, &local) == NULL);
	card_free_leaving(&holder);
	CHECK(card_take(&holder, CARDS + 2, &peer, &local) == card[3]);
	CHECK(connection_board_find(board, CARDS + 2) == 0);
	CHECK(connection_board_find(board, 4) == -1);
	connection_board_clear(board, 0);
	CHECK(connection_board_used(board, 0) == 0);
	CHECK(connection_board_find(board, 1) == -1);
	free(holder.free);
	free(holder.leaving);
}

/* Each connection moves 3 bytes and then 7. */
static void
work_until_killed(void)
{
	struct connection_card *card[CARDS];
	struct card_holder holder;
	uint64_t number = 0;
	unsigned i;

	CHECK(card_holder_open(&holder, board, stats, 2) == 0);
	for (;;) {
		for (i = 0; i < CARDS; i++)
			card[i] = card_take(&holder, ++number, &peer, &local);
		for (i = 0; i < CARDS; i++)
			card_move(&holder, card[i], 3);
		for (i = 0; i < CARDS; i++) {
			card_move(&holder, card[i], 7);
			card_end(&holder, card[i]);
			card_leave(&holder, card[i]);
			card_free_leaving(&holder);
		}
	}
}

static void
check_agreement(void)
{
	uint64_t open = 0, ending = 0, moved = 0;
	struct stats_numbers its;
	struct card_copy copy;
	unsigned i;

	for (i = 0; i < connection_board_used(board, 2); i++) {
		if (!connection_board_read(board, 2, i, &copy))
			continue;
		if (copy.facts.phase == CARD_ENDING)
			ending++;
		else
			open++;
		moved += copy.socket_in;
	}
	stats_of_worker(stats, 2, &its);
	CHECK(stats_open(&its) == open);
	CHECK(its.value[STAT_SOCKET_IN] ==
	    moved + 10 * (its.value[STAT_ENDED] - ending));
	stats_add(stats, 2, STAT_LOST, open);
	/* What the others had is lost; count it as moved and ended. */
	stats_add(stats, 2, STAT_SOCKET_IN, 10 * ending - moved);
}

static void
killed_at_any_instruction(void)
{
	const struct timespec nap = { .tv_nsec = 200000 };
	pid_t pid;
	int i;

	open_board();
	for (i = 0; i < KILLS; i++) {
		CHECK((pid = fork()) != -1);
		if (pid == 0)
			work_until_killed();
		nanosleep(&nap, NULL);
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, NULL, 0) == pid);
		connection_board_repair(board, stats, 2);
		check_agreement();
		connection_board_clear(board, 2);
	}
}

int
main(void)
{
	UNIT_RUN(a_card_lives);
	UNIT_RUN(cards_run_out);
	UNIT_RUN(killed_at_any_instruction);
	return unit_end();
}
