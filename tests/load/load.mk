# The load client of the tests, and clients of one trick: "make load".

LOAD	= main settings engine client tls report
LOAD_OBJECTS = $(LOAD:%=$(BUILD)/tests/load/%.o)
TLS_LOAD = $(BUILD)/tests/load/tls_load
UNREAD	= $(BUILD)/tests/load/unread_answers

## load: the load client of the tests
load: $(TLS_LOAD) $(UNREAD)

$(TLS_LOAD): $(LOAD_OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(LOAD_OBJECTS) $(LIBS)

$(UNREAD): $(UNREAD).o
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(LIBS)

-include $(LOAD_OBJECTS:.o=.d) $(UNREAD).d

.PHONY: load
