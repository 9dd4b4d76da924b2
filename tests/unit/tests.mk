# Unit tests of the shared state: "make unit" builds them,
# tests/shared_state.bats runs them.

UNIT_SAYS = src/log.c src/text.c
UNIT_CACHE = src/session_cache.c src/session_shard.c src/session_repair.c \
	src/session_ring.c src/shlock.c src/fault.c $(UNIT_SAYS)

UNIT_TESTS = machine_test shm_test shlock_test lifeline_test \
	writer_test \
	session_cache_test \
	session_crash_test session_step_test accept_quota_test \
	accept_turn_test stats_test ticket_keys_test \
	ticket_rotation_test fetch_board_test dtls_hello_test \
	dtls_cookie_test record_numbers_test peer_claims_test \
	fragment_board_test half_open_test slab_test escape_test masking_test
UNIT_PROGRAMS = $(UNIT_TESTS:%=$(BUILD)/tests/unit/%) \
	$(BUILD)/tests/unit/session_bench
UNIT_BUILD = $(CC) $(CPPFLAGS) -Itests/unit $(UNIT_DEFINES) $(ALL_CFLAGS) \
	$(ALL_LDFLAGS) -o $@ $(filter %.c,$^) \
	$(shell $(PKG_CONFIG) --libs libbsd-overlay) $(UNIT_LIBS)

unit: $(UNIT_PROGRAMS)

$(BUILD)/tests/unit/shm_test: src/shm.c src/machine.c $(UNIT_SAYS)
$(BUILD)/tests/unit/machine_test: src/machine.c
$(BUILD)/tests/unit/shlock_test: src/shlock.c $(UNIT_SAYS)
# The test is the disk, and the clock.
$(BUILD)/tests/unit/writer_test: src/writer.c src/writable.c src/monotime.c \
	$(UNIT_SAYS)
$(BUILD)/tests/unit/writer_test: UNIT_DEFINES = \
	-Dwrite=unit_write -Dclock_gettime=unit_clock_gettime
$(BUILD)/tests/unit/lifeline_test: src/lifeline.c src/shlock.c $(UNIT_SAYS)
$(BUILD)/tests/unit/session_cache_test: $(UNIT_CACHE)
$(BUILD)/tests/unit/session_crash_test: $(UNIT_CACHE)
# The test has itself called at every step of the critical sections.
$(BUILD)/tests/unit/session_crash_test: UNIT_DEFINES = -DSESSION_CACHE_STEPS
$(BUILD)/tests/unit/session_step_test: $(UNIT_CACHE)
$(BUILD)/tests/unit/session_bench: $(UNIT_CACHE)
$(BUILD)/tests/unit/accept_quota_test: src/accept_quota.c
$(BUILD)/tests/unit/accept_turn_test: src/accept_turn.c $(UNIT_SAYS)
$(BUILD)/tests/unit/ticket_keys_test: src/ticket_keys.c
$(BUILD)/tests/unit/stats_test: src/stats.c src/stats_json.c src/textbuf.c $(UNIT_SAYS)
$(BUILD)/tests/unit/ticket_rotation_test: src/ticket_rotation.c \
	src/ticket_keys.c src/monotime.c $(UNIT_SAYS)

$(BUILD)/tests/unit/fetch_board_test: src/fetch_board.c src/shlock.c \
	$(UNIT_SAYS)
# The test sets the clock.
$(BUILD)/tests/unit/fetch_board_test: UNIT_DEFINES = \
	-Dmonotime_ms=unit_monotime_ms

$(BUILD)/tests/unit/dtls_hello_test: workers/dtls_hello.c
$(BUILD)/tests/unit/dtls_hello_test: UNIT_LIBS = -lssl -lcrypto
$(BUILD)/tests/unit/dtls_cookie_test: src/dtls_cookie.c src/cookie.c \
	src/tls_error.c src/escape.c \
	src/textbuf.c $(UNIT_SAYS)
$(BUILD)/tests/unit/dtls_cookie_test: UNIT_LIBS = -lcrypto
$(BUILD)/tests/unit/record_numbers_test: workers/record_numbers.c
$(BUILD)/tests/unit/half_open_test: src/half_open.c src/peer_network.c
$(BUILD)/tests/unit/peer_claims_test: src/peer_claims.c
$(BUILD)/tests/unit/fragment_board_test: src/fragment_board.c src/shlock.c \
	src/fault.c $(UNIT_SAYS)
# The test stops a process inside.
$(BUILD)/tests/unit/fragment_board_test: UNIT_DEFINES = -DFAULTS
$(BUILD)/tests/unit/slab_test: src/slab.c
$(BUILD)/tests/unit/escape_test: src/escape.c src/textbuf.c $(UNIT_SAYS)

$(BUILD)/tests/unit/masking_test: $(CONFIGURATION:%=src/%.c) src/textbuf.c \
	src/descriptors.c $(UNIT_SAYS)

# Whole programs in one command: the tests need objects of their own anyway.
$(UNIT_PROGRAMS): $(BUILD)/tests/unit/%: tests/unit/%.c \
	    $(wildcard tests/unit/*.h include/*.h) Makefile tests/unit/tests.mk
	@mkdir -p $(@D)
	$(UNIT_BUILD)

## bench-cache: the session cache's cost, sharded and with one lock
bench-cache: $(BUILD)/tests/unit/session_bench
	$<

## soak-cache: many more kills in the session cache than the suite has time for
# Two kills a round.
soak-cache: $(BUILD)/tests/unit/session_step_test \
	    $(BUILD)/tests/unit/session_crash_test
	$(BUILD)/tests/unit/session_step_test $(or $(KILLS),200)
	$(BUILD)/tests/unit/session_crash_test $(or $(ROUNDS),50000)

.PHONY: unit bench-cache soak-cache
