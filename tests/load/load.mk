# The load client of the tests, and small programs of one trick: "make load".

LOAD	= main settings engine client tls report
LOAD_OBJECTS = $(LOAD:%=$(BUILD)/tests/load/%.o)
TLS_LOAD = $(BUILD)/tests/load/tls_load
TRICKS	= $(BUILD)/tests/load/unread_answers $(BUILD)/tests/load/alternate \
	$(BUILD)/tests/load/replay $(BUILD)/tests/load/leave

## load: the load client of the tests
load: $(TLS_LOAD) $(TRICKS)

$(TLS_LOAD): $(LOAD_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(LOAD_OBJECTS) $(LIBS)

$(TRICKS): %: %.o
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(LIBS)

-include $(LOAD_OBJECTS:.o=.d) $(TRICKS:=.d)

.PHONY: load
