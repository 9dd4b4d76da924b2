# Fuzzers of what strangers send. Each begins with its kept corpus; what it
# finds beyond that goes below $(BUILD), also the input that broke something.

FUZZERS	= client_hello control_line dtls_hello http json store_value tls_hello \
	$(if $(HIREDIS),store_wire)
FUZZ_SECONDS ?= 10
FUZZ_BUILD = $(BUILD)/tests/fuzz
FUZZ_CC	= clang $(CPPFLAGS) -Itests/fuzz $(filter-out $(SAN),$(ALL_CFLAGS)) \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	$(LDFLAGS)

$(FUZZ_BUILD)/client_hello: \
	$(call modules,client_hello fingerprint decimal session_offer)
$(FUZZ_BUILD)/client_hello: FUZZ_LIBS = $(OPENSSL_LIBS)
$(FUZZ_BUILD)/control_line: $(call modules,control_client control_line \
	control_condition escape monotime textbuf log text)
$(FUZZ_BUILD)/dtls_hello: $(call modules,dtls_hello)
$(FUZZ_BUILD)/http: $(call modules,http escape textbuf log text)
$(FUZZ_BUILD)/json: $(call modules,json decimal textbuf log text)
$(FUZZ_BUILD)/store_value: $(call modules,store_value store_keys tls_error \
	escape textbuf log text)
$(FUZZ_BUILD)/store_value: FUZZ_LIBS = $(OPENSSL_LIBS)
$(FUZZ_BUILD)/store_wire: $(call modules,store_wire store_greeting escape monotime \
	textbuf log text)
$(FUZZ_BUILD)/store_wire: FUZZ_LIBS = $(HIREDIS_LIBS)
$(FUZZ_BUILD)/tls_hello: $(call modules,tls_hello)

$(FUZZERS:%=$(FUZZ_BUILD)/%): $(FUZZ_BUILD)/%: tests/fuzz/%.c \
	    tests/fuzz/entry.c tests/fuzz/fuzz.h $(HEADERS) Makefile \
	    openssl.mk tests/fuzz/fuzz.mk $(OPENSSL_USED)
	@mkdir -p $(@D)
	$(call step,LD,$@)$(FUZZ_CC) -o $@ $(filter %.c,$^) $(BSD_LIBS) \
	    $(FUZZ_LIBS)

## fuzz: random bytes for what reads strangers, FUZZ_SECONDS=10 each
fuzz: $(FUZZERS:%=fuzz-%)

$(FUZZERS:%=fuzz-%): fuzz-%: $(FUZZ_BUILD)/%
	@mkdir -p $(FUZZ_BUILD)/found/$*
	@$< -max_total_time=$(FUZZ_SECONDS) -timeout=0 -print_final_stats=1 \
	    -artifact_prefix=$(FUZZ_BUILD)/$*- $(FUZZ_BUILD)/found/$* \
	    $(wildcard tests/fuzz/corpus/$*) >$(FUZZ_BUILD)/$*.log 2>&1 || \
	    { tail -n 40 $(FUZZ_BUILD)/$*.log; exit 1; }
	@sed -n 's/^stat::number_of_executed_units: */$@: inputs tried: /p' \
	    $(FUZZ_BUILD)/$*.log

.PHONY: fuzz $(FUZZERS:%=fuzz-%)
