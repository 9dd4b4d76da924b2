# s_server: a pre-fork TLS test server. "make help" lists the targets.

.DEFAULT_GOAL = all

VERSION	= 0.1.0
# Where "make install" puts things; the system must look there for them.
PREFIX	= /usr/local
BINDIR	= $(PREFIX)/bin
DATADIR	= $(PREFIX)/share
MANDIR	= $(DATADIR)/man
SYSCONFDIR = $(if $(filter /usr,$(PREFIX)),,$(PREFIX))/etc
UNITDIR	= $(PREFIX)/lib/systemd/system
BATSDIR	= $(PREFIX)/lib/bats
BASHDIR	= $(DATADIR)/bash-completion/completions
ZSHDIR	= $(DATADIR)/zsh/site-functions
FISHDIR	= $(DATADIR)/fish/vendor_completions.d

CC	?= cc
PKG_CONFIG ?= pkg-config
AWK	?= awk

# SANITIZE=1: address and undefined-behaviour sanitizers.
# FAULTS=1: the fault points that some tests switch on (include/foundation/fault.h).
# MUTATE=1: the environment takes an option's effect away (mutate-options).
# WERROR=1: a warning ends the build. Not for users: each compiler and each
# library warns of something else.
# V=1: print the commands.
VARIANT	:= $(if $(SANITIZE),/sanitize)$(if $(FAULTS),/faults)$(if \
	$(MUTATE),/mutate)
BUILD	= build$(VARIANT)
# A build with fault points shares the objects that have none with the build
# without them.
PLAIN	:= $(if $(FAULTS),$(patsubst %/faults,%,$(BUILD)),$(BUILD))

# $(call step,CC,file) stands before the command that makes the file: "CC file"
# is printed in place of the command, and nothing by "make -s".
step	= $(if $(filter-out 0,$(V)),,@$(if $(findstring \
	s,$(firstword -$(MAKEFLAGS))),,echo '$1 $(patsubst $(CURDIR)/%,%,$2)';))

# In quotes for the shell.
quoted	= '$(subst ','\'',$1)'
installation = silent=$(findstring s,$(firstword -$(MAKEFLAGS))) $(foreach \
	name,BUILD DESTDIR BINDIR DATADIR MANDIR SYSCONFDIR UNITDIR BATSDIR \
	BASHDIR ZSHDIR FISHDIR,$(name)=$(call quoted,$($(name))))

# For -session_store; "make HIREDIS=" builds without.
HIREDIS	:= $(shell $(PKG_CONFIG) --modversion hiredis 2>/dev/null)

include openssl.mk

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
	-Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
override CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude \
	$(if $(SANITIZE),-DSANITIZE) $(if $(FAULTS),-DFAULTS) \
	$(if $(MUTATE),-DMUTATE)
CFLAGS	?= $(if $(SANITIZE),-O1,-O2) -g
SAN	:= $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined \
	-fno-omit-frame-pointer -fno-sanitize-recover=undefined)
LIBRARY_CFLAGS := $(OPENSSL_CFLAGS) $(shell $(PKG_CONFIG) --cflags \
	libbsd-overlay 2>/dev/null) $(if $(HIREDIS),-DHIREDIS \
	$(shell $(PKG_CONFIG) --cflags hiredis))
BSD_LIBS := $(shell $(PKG_CONFIG) --libs libbsd-overlay 2>/dev/null)
ALL_CFLAGS = -std=c11 $(WARNINGS) $(CFLAGS) $(SAN) -pthread $(LIBRARY_CFLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(SAN) -pthread $(OPENSSL_LDFLAGS)
HIREDIS_LIBS := $(if $(HIREDIS),$(shell $(PKG_CONFIG) --libs hiredis))
LIBS	= $(OPENSSL_LIBS) $(BSD_LIBS) $(HIREDIS_LIBS)

# A folder is a layer; scripts/check-layers says what each may know.
SOURCES	:= $(wildcard src/*.c src/*/*.c src/*/*/*.c workers/*.c workers/*/*.c)
HEADERS	:= $(wildcard include/*.h include/*/*.h include/*/*/*.h)
# The files of modules that are named alone.
modules	= $(foreach module,$1,$(filter %/$(module).c,$(SOURCES)))
# The objects of such files, or of others.
objects	= $(foreach source,$1,$(if $(filter $(source),$(SHARED)),$(PLAIN),$(BUILD))/$(source:.c=.o))
linked	= $(call objects,$(call modules,$1))

# Only sources name fault points, no header does.
SHARED	:= $(if $(filter-out $(PLAIN),$(BUILD)),$(shell \
	grep -LE 'foundation/fault\.h|\<FAULTS\>' $(SOURCES)))

OBJECTS	= $(call objects,$(SOURCES)) $(PLAIN)/manual_text.o
PROGRAM	= $(BUILD)/s_server

## all: the server, build/s_server, and what is installed with it
all: $(PROGRAM)

$(PROGRAM): $(OBJECTS)
	$(call step,LD,$@)$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/%.o: %.c Makefile openssl.mk $(OPENSSL_USED)
	@mkdir -p $(@D)
	$(call step,CC,$<)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

ifneq ($(SHARED),)
$(PLAIN)/%.o: %.c Makefile openssl.mk $(OPENSSL_USED)
	@mkdir -p $(@D)
	$(call step,CC,$<)$(CC) $(filter-out -DFAULTS,$(CPPFLAGS)) \
	    $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
endif

# The manual page as -help_on prints it.
$(PLAIN)/manual_text.c: man/s_server.1 man/text.awk Makefile
	@mkdir -p $(@D)
	$(call step,AWK,$@)LC_ALL=C $(AWK) -f man/text.awk man/s_server.1 \
	    >$@.new && mv $@.new $@

$(PLAIN)/manual_text.o: $(PLAIN)/manual_text.c $(OPENSSL_USED)
	$(call step,CC,$<)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

include scripts/completions/completions.mk
all: $(completions)

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

# For scripts/lint.
print-cflags: $(OPENSSL_USED)
	@echo '$(LIBRARY_CFLAGS)'

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

## install: all that users need, below $(DESTDIR)$(PREFIX)
install: all
	@$(installation) ./scripts/installation install

## uninstall: remove what install put there
uninstall:
	@$(installation) ./scripts/installation uninstall

## clean: remove all that was built
clean:
	$(call step,RM,build)rm -rf build

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
	@echo 'Variables: OPENSSL_DIR= V=1 SANITIZE=1 FAULTS=1 MUTATE=1' \
	    'WERROR=1 HIREDIS= BUILD= PREFIX= DESTDIR='

.PHONY: all certs clean coverage-options help install lint \
	mutate-options print-cflags test uninstall valgrind
