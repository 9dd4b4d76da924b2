# s_server: a pre-fork TLS test server. "make help" lists the targets.

VERSION	= 0.1.0
PREFIX	= /usr/local
BINDIR	= $(PREFIX)/bin
MANDIR	= $(PREFIX)/share/man

CC	?= cc
PKG_CONFIG ?= pkg-config
PACKAGES = libssl libcrypto libbsd-overlay

# SANITIZE=1: address and undefined-behaviour sanitizers.
# FAULTS=1: the fault points that some tests switch on (include/fault.h).
# MUTATE=1: the environment takes an option's effect away (mutate-options).
# WERROR=1: a warning ends the build. Not for users: each compiler and each
# library warns of something else.
VARIANT	:= $(if $(SANITIZE),/sanitize)$(if $(FAULTS),/faults)$(if \
	$(MUTATE),/mutate)
BUILD	= build$(VARIANT)

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude \
	$(if $(SANITIZE),-DSANITIZE) $(if $(FAULTS),-DFAULTS) \
	$(if $(MUTATE),-DMUTATE)
CFLAGS	?= -O2 -g
SAN	:= $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined \
	-fno-omit-frame-pointer -fno-sanitize-recover=undefined)
ALL_CFLAGS = -std=c11 $(WARNINGS) $(CFLAGS) $(SAN) -pthread \
	$(shell $(PKG_CONFIG) --cflags $(PACKAGES))
ALL_LDFLAGS = $(LDFLAGS) $(SAN) -pthread
LIBS	= $(shell $(PKG_CONFIG) --libs $(PACKAGES))

# The layers, from the bottom up; scripts/check-layers holds them apart.
FOUNDATION = text log textbuf escape monotime signals channel machine \
	descriptors shm shlock lifeline fault proctitle secrets slab \
	writable writer file_tail file_limit
CONFIGURATION = config config_set config_identity options option_table masking
SHARED	= shared session_cache session_repair session_ring session_shard \
	accept_quota accept_turn stats stats_json ticket_keys ticket_files \
	fetch_board peer_claims peer_network fragment_board half_open
TLS	= tls_error tls_names tls_text listener tls_context credentials \
	tls_file passphrase self_signed tls_renewal nameopt verification \
	verify_param trust security_debug sni alpn keylog certificate_choice \
	ocsp fetch crl_point protocol_list npn psk srp srtp records \
	tls_features certified_key extra_certificates sent_chain \
	crypto_setup crypto_engine crypto_memory tls_random cookie \
	dtls_cookie
HELPER	= fetcher
MASTER	= process helper reload accept_watch relay title master master_time \
	master_events pollset console output ready report stats_file ticket_rotation
WORKERS	= worker loop acceptor dtls_acceptor dtls_hello dtls_pieces datagram \
	orphan connection connection_step connection_time stream transport \
	datagrams record_numbers refusal handshake \
	async early_data stateless tls_hello dtls resumption tickets outbox \
	outlet tracing extensions transcript transcript_hello http \
	http_exchange commands handler_interactive failure brief handler_rev \
	handler_echo handler_www handler_file status_page fetching status \
	crl_download crl_cache

SOURCES	= $(FOUNDATION:%=src/%.c) $(CONFIGURATION:%=src/%.c) \
	$(SHARED:%=src/%.c) $(TLS:%=src/%.c) $(HELPER:%=src/%.c) \
	$(MASTER:%=src/%.c) \
	$(WORKERS:%=workers/%.c) src/main.c
OBJECTS	= $(SOURCES:%.c=$(BUILD)/%.o)
PROGRAM	= $(BUILD)/s_server

## all: the server, build/s_server
all: $(PROGRAM)

$(PROGRAM): $(OBJECTS)
	$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

## unit: the unit tests of the shared state
include tests/unit/tests.mk
include tests/load/load.mk
include tests/bench/bench.mk
include tests/fuzz/fuzz.mk

## certs: the test certificates, in certs/
certs:
	./scripts/make-certs

## test: build all, then linters and all tests
test:
	./scripts/test

## lint: formatting, compilers, static analysis, layers
lint:
	./scripts/lint

## coverage-options: which test covers which option
coverage-options: $(PROGRAM)
	./scripts/coverage-options

## valgrind: the comparisons with the stock program, under valgrind
valgrind: all unit load
	./scripts/test-valgrind

## mutate-options: do the tests notice when an option does nothing?
mutate-options:
	./scripts/mutate-options

## bench-dtls: the same for DTLS, and the memory of a peer
bench-dtls:
	./scripts/bench-dtls

## install: program and manual page, below $(DESTDIR)$(PREFIX)
install: $(PROGRAM)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1
	install -m 755 $(PROGRAM) $(DESTDIR)$(BINDIR)/s_server
	install -m 644 man/s_server.1 $(DESTDIR)$(MANDIR)/man1/s_server.1

## uninstall: remove what install put there
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/s_server \
	    $(DESTDIR)$(MANDIR)/man1/s_server.1

## clean: remove all that was built
clean:
	rm -rf build

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@echo 'Variables: SANITIZE=1 FAULTS=1 MUTATE=1 WERROR=1 BUILD= PREFIX=' \
	    'DESTDIR='

.PHONY: all bench-dtls certs clean coverage-options help install lint \
	mutate-options test uninstall valgrind
