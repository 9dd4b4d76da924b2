# Completions for shells, made from the table of the options.

completions = $(addprefix $(BUILD)/completions/,bash zsh fish)
make_completion = scripts/completions

$(BUILD)/completions/table: $(make_completion)/table.in \
    $(make_completion)/table.awk $(make_completion)/completions.mk \
    src/config/option_table.c $(HEADERS) $(OPENSSL_USED)
	@mkdir -p $(@D)
	$(call step,GEN,$@)$(CC) $(CPPFLAGS) $(LIBRARY_CFLAGS) -Isrc -E -P \
	    -x c $< >$@.c && \
	    LC_ALL=C $(AWK) -f $(make_completion)/table.awk $@.c \
	    >$@.new && mv $@.new $@

$(completions): $(BUILD)/completions/%: $(make_completion)/%.awk \
    $(make_completion)/frame.awk $(make_completion)/%.in \
    $(make_completion)/library.txt $(BUILD)/completions/table
	$(call step,GEN,$@)LC_ALL=C $(AWK) -v library=$(make_completion)/library.txt \
	    -v template=$(make_completion)/$*.in -f $< \
	    -f $(make_completion)/frame.awk \
	    $(BUILD)/completions/table $(make_completion)/library.txt \
	    $(make_completion)/$*.in >$@.new && mv $@.new $@
