/*
 * The master's table of sources: which source is called, and when.
 */
#include "unit.h"

#include "foundation/monotime.h"
#include "master/sources.h"

#define ONE 1U
#define TWO 2U

/* A source that watches a pipe and counts its calls. */
struct probe {
	int fds[2]; /* -1: not open */
	int opens; /* act opens the pipe and fills it */
	int64_t due_ms;
	unsigned heard, acts;
	struct sources *sources;
	unsigned enter; /* dispatch enters this phase; 0: none */
};

static void
fill(struct probe *probe)
{
	CHECK(pipe(probe->fds) == 0);
	CHECK(write(probe->fds[1], "x", 1) == 1);
}

static void
probe_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct probe *probe = self;
	struct pollfd pollfd = { .fd = probe->fds[0], .events = POLLIN };

	(void)now_ms;
	pollset_add(set, pollfd, 7);
}

static void
probe_dispatch(void *self, unsigned key, short events)
{
	struct probe *probe = self;

	CHECK(key == 7 && events == POLLIN);
	probe->heard++;
	if (probe->enter != 0)
		sources_enter(probe->sources, probe->enter);
}

static int64_t
probe_due_ms(const void *self, int64_t now_ms)
{
	const struct probe *probe = self;

	(void)now_ms;
	return probe->due_ms;
}

static void
probe_act(void *self, int64_t now_ms)
{
	struct probe *probe = self;

	(void)now_ms;
	probe->acts++;
	if (probe->opens) {
		fill(probe);
		probe->opens = 0;
	}
}

static const struct source probe_source = {
	probe_prepare,
	probe_dispatch,
	probe_due_ms,
	probe_act,
};
/* A source without functions. */
static const struct source idle_source = { .act = NULL };

static struct probe
probe_new(struct sources *sources)
{
	return (struct probe){ .fds = { -1, -1 }, .sources = sources };
}

static void
probe_close(struct probe *probe)
{
	if (probe->fds[0] == -1)
		return;
	close(probe->fds[0]);
	close(probe->fds[1]);
}

static void
each_hears_of_its_own(void)
{
	struct sources sources;
	struct probe quiet = probe_new(&sources), loud = probe_new(&sources);

	sources_open(&sources, ONE);
	sources_add(&sources, &probe_source, &quiet, ONE);
	sources_add(&sources, &idle_source, NULL, ONE);
	sources_add(&sources, &probe_source, &loud, ONE);
	fill(&loud);
	sources_turn(&sources);
	CHECK(loud.heard == 1 && quiet.heard == 0);
	CHECK(loud.acts == 1 && quiet.acts == 1);
	probe_close(&loud);
	sources_close(&sources);
}

static void
a_time_that_is_due_ends_the_wait(void)
{
	struct sources sources;
	struct probe probe = probe_new(&sources);
	int64_t begin_ms = monotime_ms();

	sources_open(&sources, ONE);
	sources_add(&sources, &probe_source, &probe, ONE);
	probe.due_ms = begin_ms + 50;
	sources_turn(&sources);
	CHECK(monotime_ms() >= begin_ms + 50);
	CHECK(probe.heard == 0 && probe.acts == 1);
	sources_close(&sources);
}

/* For example, act forks a child that was due, and must wait for it. */
static void
what_is_opened_in_a_turn_is_waited_for_in_the_next(void)
{
	struct sources sources;
	struct probe probe = probe_new(&sources);

	sources_open(&sources, ONE);
	sources_add(&sources, &probe_source, &probe, ONE);
	probe.opens = 1;
	probe.due_ms = monotime_ms();
	sources_turn(&sources);
	CHECK(probe.acts == 1 && probe.heard == 0);
	/* If the pipe were not in the set, this would never end. */
	probe.due_ms = 0;
	alarm(10);
	sources_turn(&sources);
	alarm(0);
	CHECK(probe.heard == 1);
	probe_close(&probe);
	sources_close(&sources);
}

static void
a_source_of_another_phase_hears_nothing(void)
{
	struct sources sources;
	struct probe first = probe_new(&sources), second = probe_new(&sources),
		     later = probe_new(&sources);

	sources_open(&sources, ONE);
	sources_add(&sources, &probe_source, &first, ONE | TWO);
	sources_add(&sources, &probe_source, &second, ONE);
	sources_add(&sources, &probe_source, &later, TWO);
	fill(&first);
	fill(&second);
	fill(&later);
	later.due_ms = 1;
	sources_turn(&sources);
	CHECK(first.heard == 1 && second.heard == 1 && later.heard == 0);
	CHECK(later.acts == 0);
	/* A phase that is entered in the middle of a turn counts at once. */
	first.enter = TWO;
	sources_turn(&sources);
	CHECK(first.heard == 2 && second.heard == 1 && later.heard == 0);
	CHECK(second.acts == 1 && later.acts == 1);
	sources_turn(&sources);
	CHECK(later.heard == 1);
	probe_close(&first);
	probe_close(&second);
	probe_close(&later);
	sources_close(&sources);
}

int
main(void)
{
	UNIT_RUN(each_hears_of_its_own);
	UNIT_RUN(a_time_that_is_due_ends_the_wait);
	UNIT_RUN(what_is_opened_in_a_turn_is_waited_for_in_the_next);
	UNIT_RUN(a_source_of_another_phase_hears_nothing);
	return unit_end();
}
