#include <stdbool.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/sources.h"

static bool sources_has(const struct sources *, size_t);
static void sources_prepare(struct sources *, int64_t);
static int64_t sources_due_ms(const struct sources *, int64_t);
static void sources_dispatch(struct sources *);
static void sources_act(struct sources *, int64_t);

void
sources_open(struct sources *sources, unsigned phase)
{
	memset(sources, 0, sizeof(*sources));
	sources->phase = phase;
	pollset_init(&sources->set);
}

void
sources_close(struct sources *sources)
{
	pollset_close(&sources->set);
}

void
sources_add(struct sources *sources, const struct source *source, void *self,
    unsigned phases)
{
	if (sources->count == SOURCES_MAX)
		fatalx("more than %d sources", SOURCES_MAX);
	sources->row[sources->count++] =
	    (struct source_row){ source, self, phases };
}

void
sources_enter(struct sources *sources, unsigned phase)
{
	sources->phase = phase;
}

void
sources_turn(struct sources *sources)
{
	/* One clock for both, or what is due in between is missed. */
	int64_t now_ms = monotime_ms();

	sources_prepare(sources, now_ms);
	pollset_wait(&sources->set,
	    monotime_left(now_ms, sources_due_ms(sources, now_ms)));
	sources_dispatch(sources);
	sources_act(sources, monotime_ms());
}

static bool
sources_has(const struct sources *sources, size_t i)
{
	return (sources->row[i].phases & sources->phase) != 0;
}

static void
sources_prepare(struct sources *sources, int64_t now_ms)
{
	const struct source_row *row;
	size_t i;

	pollset_clear(&sources->set);
	for (i = 0; i < sources->count; i++) {
		row = &sources->row[i];
		if (!sources_has(sources, i) || row->source->prepare == NULL)
			continue;
		pollset_set_owner(&sources->set, i);
		row->source->prepare(row->self, &sources->set, now_ms);
	}
}

static int64_t
sources_due_ms(const struct sources *sources, int64_t now_ms)
{
	const struct source_row *row;
	int64_t due_ms = 0;
	size_t i;

	for (i = 0; i < sources->count; i++) {
		row = &sources->row[i];
		if (sources_has(sources, i) && row->source->due_ms != NULL)
			due_ms = monotime_sooner(
			    due_ms, row->source->due_ms(row->self, now_ms));
	}
	return due_ms;
}

/* A source that the phase has left meanwhile hears nothing. */
static void
sources_dispatch(struct sources *sources)
{
	const struct source_row *row;
	struct pollset_event event;
	size_t at = 0;

	while (pollset_next(&sources->set, &at, &event)) {
		row = &sources->row[event.owner];
		if (sources_has(sources, event.owner))
			row->source->dispatch(
			    row->self, event.key, event.events);
	}
}

static void
sources_act(struct sources *sources, int64_t now_ms)
{
	const struct source_row *row;
	size_t i;

	for (i = 0; i < sources->count; i++) {
		row = &sources->row[i];
		if (sources_has(sources, i) && row->source->act != NULL)
			row->source->act(row->self, now_ms);
	}
}
