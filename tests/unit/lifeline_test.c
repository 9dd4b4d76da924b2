/* A word in shared memory tells that the master lives. */
#include <signal.h>

#include "foundation/lifeline.h"
#include "unit.h"

struct told {
	struct lifeline *line;
	int fd; /* gets a byte when the line is held */
};

static void
hold(void *arg)
{
	const struct told *told = arg;

	if (lifeline_init(told->line) == -1 || write(told->fd, "", 1) != 1)
		_exit(1);
	pause();
}

static void
see_it_cut(void *line)
{
	CHECK(lifeline_is_cut(line));
}

/* The first process that notices the death dies, too, with the lock. */
static void
test_cut_by_the_time_the_death_is_known(void)
{
	struct told told = { .line = unit_share(sizeof(*told.line)) };
	int ready[2], i;
	pid_t master;
	char byte;

	CHECK(pipe(ready) == 0);
	told.fd = ready[1];
	master = unit_fork(hold, &told);
	CHECK(read(ready[0], &byte, 1) == 1);
	CHECK(!lifeline_is_cut(told.line) && !lifeline_is_cut(told.line));
	CHECK(kill(master, SIGKILL) == 0);
	CHECK(!unit_reap(master));
	for (i = 0; i < 3; i++)
		CHECK(unit_reap(unit_fork(see_it_cut, told.line)));
}

static void
see_it_whole(void *line)
{
	CHECK(!lifeline_is_cut(line));
}

static void
test_children_of_the_holder_see_it_whole(void)
{
	struct lifeline *line = unit_share(sizeof(*line));

	CHECK(lifeline_init(line) == 0);
	CHECK(unit_reap(unit_fork(see_it_whole, line)));
	CHECK(unit_reap(unit_fork(see_it_whole, line)));
	lifeline_close(line);
}

static void
test_who_asks_writes_nothing(void)
{
	struct lifeline *line = unit_share(sizeof(*line));

	CHECK(lifeline_init(line) == 0);
	CHECK(mprotect(line, sizeof(*line), PROT_READ) == 0);
	CHECK(unit_reap(unit_fork(see_it_whole, line)));
	CHECK(mprotect(line, sizeof(*line), PROT_READ | PROT_WRITE) == 0);
	lifeline_close(line);
}

int
main(void)
{
	UNIT_RUN(test_cut_by_the_time_the_death_is_known);
	UNIT_RUN(test_children_of_the_holder_see_it_whole);
	UNIT_RUN(test_who_asks_writes_nothing);
	return unit_end();
}
