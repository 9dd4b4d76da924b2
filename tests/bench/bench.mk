# What a connection costs, and what it is compared with: "make bench".

BENCH	= $(BUILD)/tests/bench
BARE_LOOP = $(BENCH)/bare_loop
MEMORY_HANDSHAKE = $(BENCH)/memory_handshake
PLAIN_PAGE = $(BENCH)/plain_page
IDLE_MEMORY = $(BENCH)/idle_memory
BENCH_PROGRAMS = $(BARE_LOOP) $(MEMORY_HANDSHAKE) $(PLAIN_PAGE) $(IDLE_MEMORY)

bench-programs: $(BENCH_PROGRAMS)

$(BARE_LOOP): $(BENCH)/server_context.o $(BUILD)/tests/load/loopback.o \
	$(BENCH)/page.o
$(MEMORY_HANDSHAKE): $(BENCH)/server_context.o $(BENCH)/session_table.o \
	$(BENCH)/page.o
$(IDLE_MEMORY): $(BENCH)/server_context.o
$(PLAIN_PAGE): $(BUILD)/tests/load/loopback.o $(BENCH)/page.o

$(BENCH_PROGRAMS): %: %.o
	$(call step,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(BENCH)/%.o: CPPFLAGS += -Itests/load

-include $(BENCH_PROGRAMS:=.d) $(BENCH)/server_context.d \
	$(BENCH)/session_table.d $(BENCH)/page.d

## bench: what a connection costs, against the peers that are installed
bench:
	./scripts/bench-handshakes

## bench-plot: the figures of the last make bench as pictures
bench-plot:
	./scripts/bench-plot

## bench-bulk: much data, to clients and from them
bench-bulk:
	./scripts/bench-bulk

## bench-start: the time to ACCEPT, and to replace a worker
bench-start:
	./scripts/bench-start

## bench-growth: the cost of a handshake as connections and sessions grow
bench-growth:
	./scripts/bench-growth

## bench-log: what -log adds to the cost of a connection
bench-log:
	./scripts/bench-log

## bench-memory: what an idle connection and a worker take
bench-memory:
	./scripts/bench-memory

## bench-dtls: the cost of DTLS, and the memory of a peer
bench-dtls:
	./scripts/bench-dtls

## bench-store: resuming from a session store, against the shared cache
bench-store:
	./scripts/bench-store

## check-cost: instructions and system calls, against those of the baseline
check-cost:
	./scripts/check-cost

.PHONY: bench bench-bulk bench-dtls bench-growth bench-log bench-memory \
	bench-plot bench-programs bench-start bench-store check-cost
