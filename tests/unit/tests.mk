# Unit tests of the shared state: "make unit" builds them,
# tests/unit/shared_state.bats runs them.

UNIT_SAYS = log text
UNIT_CACHE = session_cache session_shard session_repair session_ring shlock \
	fault $(UNIT_SAYS)

UNIT_TESTS = activation_test machine_test message_test sources_test shm_test shlock_test \
	lifeline_test writer_test file_queue_test text_ring_test relay_test outbox_test \
	text_flow_test \
	session_cache_test \
	session_crash_test session_step_test accept_quota_test \
	accept_turn_test stats_test tally_test ticket_keys_test \
	ticket_rotation_test fetch_board_test dtls_hello_test \
	dtls_cookie_test record_numbers_test stream_socket_test \
	peer_claims_test \
	fragment_board_test half_open_test slab_test escape_test masking_test \
	json_test connection_board_test client_hello_test fingerprint_test \
	session_offer_test session_remote_test store_key_file_test store_uri_test \
	store_value_test \
	$(if $(HIREDIS),store_wire_test store_test store_faults_test)
UNIT_PROGRAMS = $(UNIT_TESTS:%=$(BUILD)/tests/unit/%) \
	$(BUILD)/tests/unit/session_bench \
	$(if $(HIREDIS),$(BUILD)/tests/unit/store_drive)
UNIT_BUILD = $(CC) $(CPPFLAGS) -Itests/unit $(UNIT_DEFINES) $(ALL_CFLAGS) \
	$(ALL_LDFLAGS) -o $@ $(filter %.c %.o,$^) \
	$(BSD_LIBS) $(UNIT_LIBS)

unit: $(UNIT_PROGRAMS)

$(BUILD)/tests/unit/shm_test: $(call linked,shm machine $(UNIT_SAYS))
$(BUILD)/tests/unit/machine_test: $(call linked,machine)
$(BUILD)/tests/unit/activation_test: $(call linked,activation $(UNIT_SAYS))
$(BUILD)/tests/unit/shlock_test: $(call linked,shlock $(UNIT_SAYS))
$(BUILD)/tests/unit/message_test: $(call linked,channel message $(UNIT_SAYS))
$(BUILD)/tests/unit/sources_test: \
	$(call linked,sources pollset monotime $(UNIT_SAYS))
# The test is the disk, and the clock.
$(BUILD)/tests/unit/writer_test: \
	$(call modules,writer writable monotime $(UNIT_SAYS))
$(BUILD)/tests/unit/writer_test: UNIT_DEFINES = \
	-Dwrite=unit_write -Dclock_gettime=unit_clock_gettime
$(BUILD)/tests/unit/text_ring_test: \
	$(call linked,text_ring fault $(UNIT_SAYS))
$(BUILD)/tests/unit/outbox_test: $(call linked,outbox text_ring fault channel \
	message textbuf $(UNIT_SAYS))
# The test is the pool.
$(BUILD)/tests/unit/text_flow_test: $(call linked,relay outbox printer writer \
	writable pollset text_ring fault channel message textbuf monotime \
	$(UNIT_SAYS))
# The test is the printer and the pool.
$(BUILD)/tests/unit/relay_test: $(call linked,relay text_ring fault channel \
	message textbuf monotime $(UNIT_SAYS))
$(BUILD)/tests/unit/file_queue_test: $(call linked,file_queue file_tail \
	shlock fault textbuf monotime $(UNIT_SAYS))
$(BUILD)/tests/unit/lifeline_test: $(call linked,lifeline shlock $(UNIT_SAYS))
$(BUILD)/tests/unit/session_cache_test: $(call linked,$(UNIT_CACHE))
$(BUILD)/tests/unit/session_crash_test: $(call modules,$(UNIT_CACHE))
# The test has itself called at every step of the critical sections.
$(BUILD)/tests/unit/session_crash_test: UNIT_DEFINES = -DSESSION_CACHE_STEPS
$(BUILD)/tests/unit/session_step_test: $(call linked,$(UNIT_CACHE))
$(BUILD)/tests/unit/session_bench: $(call linked,$(UNIT_CACHE))
$(BUILD)/tests/unit/accept_quota_test: $(call linked,accept_quota)
$(BUILD)/tests/unit/accept_turn_test: $(call linked,accept_turn $(UNIT_SAYS))
$(BUILD)/tests/unit/ticket_keys_test: $(call linked,ticket_keys)
$(BUILD)/tests/unit/stats_test: \
	$(call linked,stats stats_json stats_names textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/tally_test: $(call linked,tally summary histogram stats \
	stats_names escape textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/ticket_rotation_test: \
	$(call linked,ticket_rotation ticket_keys monotime $(UNIT_SAYS))

$(BUILD)/tests/unit/fetch_board_test: \
	$(call modules,fetch_board shlock $(UNIT_SAYS))
# The test sets the clock.
$(BUILD)/tests/unit/fetch_board_test: UNIT_DEFINES = \
	-Dmonotime_ms=unit_monotime_ms

$(BUILD)/tests/unit/client_hello_test: $(call linked,client_hello)
$(BUILD)/tests/unit/session_offer_test: \
	$(call linked,session_offer client_hello)
$(BUILD)/tests/unit/session_offer_test: UNIT_LIBS = -lssl -lcrypto
# The test is the store.
$(BUILD)/tests/unit/session_remote_test: $(call linked,session_remote \
	session_offer client_hello ssl_slot loop slab monotime $(UNIT_SAYS))
$(BUILD)/tests/unit/session_remote_test: UNIT_LIBS = -lssl -lcrypto
$(BUILD)/tests/unit/fingerprint_test: \
	$(call linked,client_hello fingerprint decimal)
$(BUILD)/tests/unit/fingerprint_test: UNIT_LIBS = -lcrypto
$(BUILD)/tests/unit/dtls_hello_test: $(call linked,dtls_hello)
$(BUILD)/tests/unit/dtls_hello_test: UNIT_LIBS = -lssl -lcrypto
$(BUILD)/tests/unit/dtls_cookie_test: \
	$(call linked,dtls_cookie cookie tls_error escape textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/dtls_cookie_test: UNIT_LIBS = -lcrypto
$(BUILD)/tests/unit/record_numbers_test: $(call linked,record_numbers)
$(BUILD)/tests/unit/stream_socket_test: \
	$(call linked,stream_socket transport textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/stream_socket_test: UNIT_LIBS = -lcrypto
$(BUILD)/tests/unit/half_open_test: $(call linked,half_open peer_network)
$(BUILD)/tests/unit/peer_claims_test: $(call linked,peer_claims)
$(BUILD)/tests/unit/fragment_board_test: \
	$(call modules,fragment_board shlock fault $(UNIT_SAYS))
# The test stops a process inside.
$(BUILD)/tests/unit/fragment_board_test: UNIT_DEFINES = -DFAULTS
$(BUILD)/tests/unit/slab_test: $(call linked,slab)
$(BUILD)/tests/unit/connection_board_test: \
	$(call linked,connection_board stats monotime textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/json_test: $(call linked,json decimal textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/store_uri_test: $(call linked,store_uri)
$(BUILD)/tests/unit/store_value_test: $(call linked,store_value store_keys \
	tls_error escape textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/store_value_test: UNIT_LIBS = -lcrypto
$(BUILD)/tests/unit/store_key_file_test: $(call linked,store_key_file \
	store_keys secret_file tls_error escape textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/store_key_file_test: UNIT_LIBS = -lcrypto
$(BUILD)/tests/unit/store_wire_test: $(call linked,store_wire store_greeting \
	monotime escape textbuf $(UNIT_SAYS))
$(BUILD)/tests/unit/store_wire_test: UNIT_LIBS = $(HIREDIS_LIBS)
UNIT_STORE = store store_link store_socket store_command store_removals \
	store_value store_keys store_account stats store_wire store_greeting store_uri loop tls_error escape monotime \
	textbuf $(UNIT_SAYS)
$(BUILD)/tests/unit/store_test: $(call linked,$(UNIT_STORE))
$(BUILD)/tests/unit/store_test: UNIT_LIBS = $(HIREDIS_LIBS) -lssl -lcrypto
$(BUILD)/tests/unit/store_faults_test: $(call linked,$(UNIT_STORE))
$(BUILD)/tests/unit/store_faults_test: UNIT_LIBS = $(HIREDIS_LIBS) -lssl -lcrypto
# A client of a real store (tests/store).
$(BUILD)/tests/unit/store_drive: $(call linked,$(UNIT_STORE))
$(BUILD)/tests/unit/store_drive: UNIT_LIBS = $(HIREDIS_LIBS) -lssl -lcrypto
$(BUILD)/tests/unit/escape_test: $(call linked,escape textbuf $(UNIT_SAYS))

$(BUILD)/tests/unit/masking_test: $(call objects,$(wildcard src/config/*.c)) \
	$(PLAIN)/manual_text.o \
	$(call linked,textbuf escape descriptors monotime wordings $(UNIT_SAYS))

# Modules are linked as the server has them. Only where the test redefines what a
# module calls (UNIT_DEFINES) they are compiled with it, in the same command.
$(UNIT_PROGRAMS): $(BUILD)/tests/unit/%: tests/unit/%.c \
	    $(wildcard tests/unit/*.h) $(HEADERS) Makefile openssl.mk \
	    tests/unit/tests.mk $(OPENSSL_USED)
	@mkdir -p $(@D)
	$(call step,LD,$@)$(UNIT_BUILD)

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
