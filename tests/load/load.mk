# The load client of the tests, and small programs of one trick: "make load".

LOAD	= main settings values engine clock client client_shake client_talk \
	client_end client_socket answer endpoint echo tls report
LOAD_OBJECTS = $(LOAD:%=$(BUILD)/tests/load/%.o)
TLS_LOAD = $(BUILD)/tests/load/tls_load
LOAD_AT	= $(BUILD)/tests/load
RELAY	= $(LOAD_AT)/relay
TRICKS	= $(RELAY) $(LOAD_AT)/alternate $(LOAD_AT)/early $(LOAD_AT)/hellos \
	$(LOAD_AT)/late_reader $(LOAD_AT)/leave $(LOAD_AT)/numbers \
	$(LOAD_AT)/parting $(LOAD_AT)/pieces $(LOAD_AT)/replay \
	$(LOAD_AT)/unread_answers
LOADED	= $(BUILD)/tests/load/keeper.so $(BUILD)/tests/load/slow_provider.so \
	$(BUILD)/tests/load/fixed_random.so \
	$(BUILD)/tests/load/strange_group.so \
	$(BUILD)/tests/load/heavy.so $(BUILD)/tests/load/late.so \
	$(BUILD)/tests/load/later_openssl.so \
	$(BUILD)/tests/load/narrow.so

## load: the load client of the tests
load: $(TLS_LOAD) $(TRICKS) $(LOADED)

$(TLS_LOAD): $(LOAD_OBJECTS)
	$(call step,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(LOAD_OBJECTS) $(LIBS)

# What some of them share.
$(LOAD_AT)/parting: $(LOAD_AT)/clock.o
$(LOAD_AT)/late_reader $(LOAD_AT)/parting: $(LOAD_AT)/getter.o
$(RELAY) $(LOAD_AT)/pieces: $(LOAD_AT)/clock.o $(LOAD_AT)/values.o
$(LOAD_AT)/alternate $(LOAD_AT)/early $(LOAD_AT)/late_reader \
    $(LOAD_AT)/leave $(LOAD_AT)/parting $(LOAD_AT)/unread_answers: \
    $(LOAD_AT)/loopback.o
$(LOAD_AT)/hellos $(LOAD_AT)/numbers $(LOAD_AT)/pieces: \
    $(LOAD_AT)/memory_client.o
$(LOAD_AT)/early $(LOAD_AT)/leave: $(LOAD_AT)/session_file.o

$(TRICKS): %: %.o
	$(call step,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Without sanitizers, since what is built without them loads these, too.
$(LOADED): $(BUILD)/%.so: %.c Makefile openssl.mk $(OPENSSL_USED)
	@mkdir -p $(@D)
	$(call step,LD,$@)$(CC) $(CPPFLAGS) \
	    $(filter-out $(SAN),$(ALL_CFLAGS)) -fPIC -shared \
	    -o $@ $< $(OPENSSL_LDFLAGS) $(LIBS)

-include $(LOAD_OBJECTS:.o=.d) $(TRICKS:=.d) $(LOAD_AT)/getter.d \
    $(LOAD_AT)/loopback.d $(LOAD_AT)/memory_client.d $(LOAD_AT)/session_file.d

.PHONY: load
