# The load client of the tests, and small programs of one trick: "make load".

LOAD	= main settings values engine client answer endpoint echo tls report
LOAD_OBJECTS = $(LOAD:%=$(BUILD)/tests/load/%.o)
TLS_LOAD = $(BUILD)/tests/load/tls_load
RELAY	= $(BUILD)/tests/load/relay
WITH_VALUES = $(RELAY) $(BUILD)/tests/load/pieces
ON_LOOPBACK = $(BUILD)/tests/load/alternate $(BUILD)/tests/load/unread_answers \
	$(BUILD)/tests/load/leave $(BUILD)/tests/load/late_reader \
	$(BUILD)/tests/load/early
TRICKS	= $(BUILD)/tests/load/replay $(BUILD)/tests/load/hellos \
	$(BUILD)/tests/load/numbers
LOADED	= $(BUILD)/tests/load/keeper.so $(BUILD)/tests/load/slow_engine.so \
	$(BUILD)/tests/load/fixed_random.so \
	$(BUILD)/tests/load/strange_group.so \
	$(BUILD)/tests/load/heavy.so $(BUILD)/tests/load/late.so \
	$(BUILD)/tests/load/narrow.so

## load: the load client of the tests
load: $(TLS_LOAD) $(WITH_VALUES) $(ON_LOOPBACK) $(TRICKS) $(LOADED)

$(TLS_LOAD): $(LOAD_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(LOAD_OBJECTS) $(LIBS)

$(WITH_VALUES): %: %.o $(BUILD)/tests/load/values.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(ON_LOOPBACK): %: %.o $(BUILD)/tests/load/loopback.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(TRICKS): %: %.o
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(LIBS)

# Without sanitizers, since what is built without them loads these, too.
$(LOADED): $(BUILD)/%.so: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(filter-out $(SAN),$(ALL_CFLAGS)) -fPIC -shared \
	    -o $@ $< $(LIBS)

-include $(LOAD_OBJECTS:.o=.d) $(WITH_VALUES:=.d) $(ON_LOOPBACK:=.d) $(TRICKS:=.d)

.PHONY: load
