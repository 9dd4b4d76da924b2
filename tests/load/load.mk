# The load client of the tests, and small programs of one trick: "make load".

LOAD	= main settings engine client tls report
LOAD_OBJECTS = $(LOAD:%=$(BUILD)/tests/load/%.o)
TLS_LOAD = $(BUILD)/tests/load/tls_load
TRICKS	= $(BUILD)/tests/load/unread_answers $(BUILD)/tests/load/alternate \
	$(BUILD)/tests/load/replay $(BUILD)/tests/load/leave

SLOW_ENGINE = $(BUILD)/tests/load/slow_engine.so

## load: the load client of the tests
load: $(TLS_LOAD) $(TRICKS) $(SLOW_ENGINE)

$(TLS_LOAD): $(LOAD_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(LOAD_OBJECTS) $(LIBS)

$(TRICKS): %: %.o
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(LIBS)

$(SLOW_ENGINE): tests/load/slow_engine.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fPIC -shared -o $@ $< $(LIBS)

-include $(LOAD_OBJECTS:.o=.d) $(TRICKS:=.d)

.PHONY: load
