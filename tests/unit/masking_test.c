/* Command lines with masked secrets. */
#include "config/masking.h"
#include "unit.h"

#define WORDS_MAX 8

/* The words as given, and masked; NULL: the same as given. */
struct pair {
	const char *given[WORDS_MAX];
	const char *seen[WORDS_MAX];
};

static void
check_words(const struct pair *pair, bool same)
{
	char *argv[WORDS_MAX + 1], **words;
	int argc, i;

	for (argc = 0; argc < WORDS_MAX && pair->given[argc] != NULL; argc++)
		CHECK((argv[argc] = strdup(pair->given[argc])) != NULL);
	argv[argc] = NULL;
	words = masking_words(argc, argv);
	for (i = 0; i < argc; i++) {
		if (same)
			CHECK(words[i] == argv[i]);
		else
			CHECK(strcmp(words[i], pair->seen[i]) == 0);
	}
	CHECK(words[argc] == NULL);
	for (i = 0; i < argc; i++)
		free(argv[i]);
}

static void
check_pairs(const struct pair *pairs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check_words(&pairs[i], false);
}

#define CHECK_PAIRS(pairs) \
	check_pairs(pairs, sizeof(pairs) / sizeof((pairs)[0]))

static void
test_values_that_are_secret_as_a_whole(void)
{
	static const struct pair pairs[] = {
		{ { "s", "-psk", "1234" }, { "s", "-psk", "***" } },
		{ { "s", "--psk", "1234" }, { "s", "--psk", "***" } },
		{ { "s", "-psk=1234" }, { "s", "-psk=***" } },
		{ { "s", "--psk=1234" }, { "s", "--psk=***" } },
		{ { "s", "-pass", "pass:x", "-dpass", "pass:y" },
		    { "s", "-pass", "***", "-dpass", "***" } },
		{ { "s", "-pass=pass:a=b" }, { "s", "-pass=***" } },
		{ { "s", "-srpuserseed", "x", "-www" },
		    { "s", "-srpuserseed", "***", "-www" } },
		{ { "s", "-provparam", "p:pin=1" },
		    { "s", "-provparam", "***" } },
		{ { "s", "-psk" }, { "s", "-psk" } },
	};

	CHECK_PAIRS(pairs);
}

static void
test_words_that_are_values_name_no_options(void)
{
	static const struct pair pairs[] = {
		{ { "s", "-psk_identity", "-psk", "-psk", "1234" },
		    { "s", "-psk_identity", "-psk", "-psk", "***" } },
		{ { "s", "-psk", "-psk_identity", "-psk", "1234" },
		    { "s", "-psk", "***", "-psk", "***" } },
		{ { "s", "-alpn", "-pass", "-www", "-pass", "pass:x" },
		    { "s", "-alpn", "-pass", "-www", "-pass", "***" } },
		/* After a flag, and after a word that is not an option. */
		{ { "s", "-www", "-psk", "1234" },
		    { "s", "-www", "-psk", "***" } },
		{ { "s", "what", "-psk", "1234" },
		    { "s", "what", "-psk", "***" } },
		{ { "s", "-nosuch", "-psk", "1234" },
		    { "s", "-nosuch", "-psk", "***" } },
		{ { "s", "--", "-psk", "1234" }, { "s", "--", "-psk", "***" } },
	};

	CHECK_PAIRS(pairs);
}

static void
test_who_logs_in(void)
{
	static const struct pair pairs[] = {
		{ { "s", "-proxy", "http://me:word@host:1/" },
		    { "s", "-proxy", "http://***@host:1/" } },
		{ { "s", "-proxy=me:word@host" }, { "s", "-proxy=***@host" } },
		{ { "s", "-proxy", "me:w@rd@host:1" },
		    { "s", "-proxy", "***@host:1" } },
		{ { "s", "-proxy", "me:w/rd@host" },
		    { "s", "-proxy", "***@host" } },
		{ { "s", "-status_url", "https://me@host/path" },
		    { "s", "-status_url", "https://***@host/path" } },
		{ { "s", "-CAstore", "file://me:word@host/x" },
		    { "s", "-CAstore", "file://***@host/x" } },
		{ { "s", "-verifyCAstore=x://a:b@c", "-chainCAstore",
		      "x://a:b@c" },
		    { "s", "-verifyCAstore=x://***@c", "-chainCAstore",
			"x://***@c" } },
		{ { "s", "-cert", "x://a:b@c" },
		    { "s", "-cert", "x://***@c" } },
	};

	CHECK_PAIRS(pairs);
}

static void
test_pins(void)
{
	static const struct pair pairs[] = {
		{ { "s", "-key", "pkcs11:object=a;type=private?pin-value=12" },
		    { "s", "-key",
			"pkcs11:object=a;type=private?pin-value=***" } },
		{ { "s", "-key=pkcs11:object=a?pin-value=1@2&module-name=m" },
		    { "s",
			"-key=pkcs11:object=a?pin-value=***&module-name=m" } },
		{ { "s", "-CAstore", "pkcs11:pin-value=1;object=a" },
		    { "s", "-CAstore", "pkcs11:pin-value=***;object=a" } },
		{ { "s", "-xkey", "a?PIN-VALUE=1&pin-value=2" },
		    { "s", "-xkey", "a?PIN-VALUE=***&pin-value=***" } },
	};

	CHECK_PAIRS(pairs);
}

static void
test_all_else_stands_as_it_was_given(void)
{
	static const struct pair pairs[] = {
		{ { "s", "-accept", "127.0.0.1:0", "-www" }, { NULL } },
		{ { "s", "-proxy", "http://host:1/" }, { NULL } },
		{ { "s", "-verify_email", "me@host" }, { NULL } },
		{ { "s", "-unix", "/tmp/a@b", "-key", "a@b://c" }, { NULL } },
		{ { "s", "-key", "pkcs11:object=a?pin-source=file:/b" },
		    { NULL } },
		{ { "s", "-psk_identity", "", "-" }, { NULL } },
		{ { "s" }, { NULL } },
		{ { NULL }, { NULL } },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		check_words(&pairs[i], true);
}

int
main(void)
{
	UNIT_RUN(test_values_that_are_secret_as_a_whole);
	UNIT_RUN(test_words_that_are_values_name_no_options);
	UNIT_RUN(test_who_logs_in);
	UNIT_RUN(test_pins);
	UNIT_RUN(test_all_else_stands_as_it_was_given);
	return unit_end();
}
