#include <inttypes.h>
#include <stdio.h>

#include "config/config.h"
#include "shared/connection_board.h"
#include "shared/fetch_board.h"
#include "shared/shared.h"
#include "sizes.h"

/* The default limit of libssl. (1 MiB of nginx holds about 4,000.) */
#define SIZES_SESSIONS 20480
/*
 * The last line of the table names the stock program's limit: its own, or
 * libssl's default where it sets none.
 */
#define SIZES_ALLOWED_AS_STOCK	 128
#define SIZES_ALLOWED_BY_DEFAULT 20480

/*
 * A card is 128 bytes. Pages of cards that nobody takes cost no memory; the
 * bound is for machines that count them nevertheless.
 */
#define SIZES_CARDS	  16384 /* of a process */
#define SIZES_CARDS_BYTES (64 * 1024 * 1024)

/*
 * The larger a ring is, the less often its two sides wait for each other. Pages
 * that no text has come to cost no memory; the bound is as above. Rings of many
 * processes have TEXT_RING_MIN, whatever all of them take.
 */
#define SIZES_TEXT_BYTES (32 * 1024 * 1024) /* of all rings */

static size_t sizes_text_ring(unsigned);
static unsigned sizes_cards(const struct config *, unsigned);
static struct session_limits sizes_of_cache(const struct config *);
static void sizes_name_cache(char *, size_t, const struct config *);
static unsigned sizes_allowed(const struct config *);
static size_t sizes_answer_max(const struct config *);

_Static_assert(CONFIG_CACHE_BYTES_MIN >= SESSION_CACHE_BYTES_MIN,
    "-cache_bytes must allow what the cache needs");

void
sizes_of_shared(struct shared_sizes *sizes, const struct config *config,
    unsigned generations)
{
	unsigned slots = config_workers_max(config) * generations;

	*sizes = (struct shared_sizes){
		.workers = config_workers_max(config),
		.slots = slots,
		.naccept = config->naccept,
		.sessions = sizes_of_cache(config),
		.answer_max = sizes_answer_max(config),
		.datagrams = config->dtls,
		.half_open = (unsigned)config->half_open,
		.cards = sizes_cards(config, slots),
		.tally = config->summary,
		.text_ring = sizes_text_ring(slots),
		.allowed = sizes_allowed(config),
		.external = config->ext_cache,
	};
	sizes_name_cache(sizes->cache_name, sizeof(sizes->cache_name), config);
}

static struct session_limits
sizes_of_cache(const struct config *config)
{
	struct session_limits limits = {
		.sessions = SIZES_SESSIONS,
		.bytes = (size_t)config->cache_bytes,
	};

	if (config->cache_size != -1)
		limits.sessions = (size_t)config->cache_size;
	/* What the store has no worker keeps. */
	if (!config_keeps_sessions(config) || config->session_store != NULL)
		limits.sessions = 0;
	return limits;
}

/* Names the option that made the part too large. */
static void
sizes_name_cache(char *name, size_t size, const struct config *config)
{
	struct session_limits limits = sizes_of_cache(config);

	if (config->cache_bytes != 0 &&
	    limits.bytes >= session_cache_size(limits) / 2)
		snprintf(
		    name, size, "-cache_bytes %" PRId64, config->cache_bytes);
	else if (config->cache_size != -1)
		snprintf(name, size, "-cache_size %d", config->cache_size);
	else
		snprintf(name, size, "session cache");
}

static unsigned
sizes_allowed(const struct config *config)
{
	if (config->cache_size != -1)
		return (unsigned)config->cache_size;
	return config->no_cache || config->ext_cache ? SIZES_ALLOWED_BY_DEFAULT
						     : SIZES_ALLOWED_AS_STOCK;
}

/* Of the lists; and OCSP may be asked for, too. */
static size_t
sizes_answer_max(const struct config *config)
{
	size_t crl = config->crl_download ? (size_t)config->crl_max_bytes : 0;

	if (!config_fetches(config))
		return 0;
	return crl > FETCH_ANSWER_OCSP ? crl : FETCH_ANSWER_OCSP;
}

static size_t
sizes_text_ring(unsigned slots)
{
	size_t size = TEXT_RING_MAX;

	while (size > TEXT_RING_MIN &&
	    size > SIZES_TEXT_BYTES / TEXT_OUTLETS / slots)
		size /= 2;
	return size;
}

static unsigned
sizes_cards(const struct config *config, unsigned slots)
{
	size_t cards =
	    SIZES_CARDS_BYTES / sizeof(struct connection_card) / slots;

	if (!config_knows_connections(config))
		return 0;
	return cards < SIZES_CARDS ? (unsigned)cards : SIZES_CARDS;
}
