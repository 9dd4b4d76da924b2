# The load client of the tests: "make load" builds it.

LOAD	= main settings engine client tls report
LOAD_OBJECTS = $(LOAD:%=$(BUILD)/tests/load/%.o)
TLS_LOAD = $(BUILD)/tests/load/tls_load

## load: the load client of the tests
load: $(TLS_LOAD)

$(TLS_LOAD): $(LOAD_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(LOAD_OBJECTS) $(LIBS)

-include $(LOAD_OBJECTS:.o=.d)

.PHONY: load
