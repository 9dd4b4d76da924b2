/* URIs of -session_store: what they name, and what is wrong with others. */
#include "config/store_uri.h"
#include "unit.h"

static const char *
parse(struct store_uri *uri, const char *text)
{
	/* On the heap, so that a sanitizer notices a read beyond the end. */
	char *copy = strdup(text);
	const char *why;

	CHECK(copy != NULL);
	why = store_uri_parse(uri, copy);
	free(copy);
	return why;
}

static void
good(void)
{
	static const struct {
		const char *text;
		struct store_uri want;
	} rows[] = {
		{ "redis://a.example",
		    { .host = "a.example", .port = "6379", .database = "0" } },
		{ "redis://127.0.0.1:1/",
		    { .host = "127.0.0.1", .port = "1", .database = "0" } },
		{ "rediss://u@[::1]:65535/15",
		    { true, "", "u", "::1", "65535", "15" } },
		{ "redis://[::1]/2147483647",
		    { false, "", "", "::1", "6379", "2147483647" } },
		{ "redis://[fe80::1%eth0]:1",
		    { false, "", "", "fe80::1%eth0", "1", "0" } },
		{ "redis://a%40b%3a@h",
		    { false, "", "a@b:", "h", "6379", "0" } },
		{ "redis+unix:///run/x", { false, "/run/x", "", "", "", "0" } },
		{ "redis+unix://me@/a%20b?db=3",
		    { false, "/a b", "me", "", "", "3" } },
	};
	struct store_uri uri;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(parse(&uri, rows[i].text) == NULL);
		CHECK(uri.use_tls == rows[i].want.use_tls);
		CHECK(strcmp(uri.path, rows[i].want.path) == 0);
		CHECK(strcmp(uri.user, rows[i].want.user) == 0);
		CHECK(strcmp(uri.host, rows[i].want.host) == 0);
		CHECK(strcmp(uri.port, rows[i].want.port) == 0);
		CHECK(strcmp(uri.database, rows[i].want.database) == 0);
	}
}

static void
bad(void)
{
	static const struct {
		const char *text, *why; /* a word of it */
	} rows[] = {
		{ "", "begins with" },
		{ "http://a", "begins with" },
		{ "redis:/a", "begins with" },
		{ "redis://", "names no host" },
		{ "redis://:1", "names no host" },
		{ "redis://[]", "no address" },
		{ "redis://[a.example]:1", "no address" },
		{ "redis://[::1::2]", "no address" },
		{ "redis://::1", "in [ ]" },
		{ "redis://fe80::1:6379", "in [ ]" },
		{ "redis://a b", "no name has" },
		{ "redis://a%20b", "no name has" },
		{ "redis:///1", "names no host" },
		{ "redis://@a", "user" },
		{ "redis://u:geheim@a", "password" },
		{ "redis://:geheim@a", "password" },
		{ "redis://u:ge/heim@a", "password" },
		{ "redis+unix://u:geheim@/a", "password" },
		{ "redis://%4@a", "wrong %" },
		{ "redis://%00@a", "wrong %" },
		{ "redis://[::1", "without its ]" },
		{ "redis://[::1]1", "follow the ]" },
		{ "redis://a:", "port" },
		{ "redis://a:0", "port" },
		{ "redis://a:65536", "port" },
		{ "redis://a:+1", "port" },
		{ "redis://a:1:2", "a colon too many" },
		{ "redis://a/b", "database" },
		{ "redis://a/2147483648", "database" },
		{ "redis://a/99999999999", "database" },
		{ "redis://a?db=1", "database" },
		{ "redis+unix://a", "three slashes" },
		{ "redis+unix://", "three slashes" },
		{ "redis+unix:///a?x", "follow the path" },
		{ "redis+unix:///a?db=", "follow the path" },
		{ "redis+unix:///a#", "follow the path" },
		{ "redis+unix:///a%0", "wrong %" },
	};
	struct store_uri uri;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why = parse(&uri, rows[i].text);
		CHECK(why != NULL && strstr(why, rows[i].why) != NULL);
		CHECK(strstr(why, "heim") == NULL);
	}
}

static void
names(void)
{
	static const struct {
		const char *text;
		bool has_name;
	} rows[] = {
		{ "redis://a.example", true },
		{ "redis://127.0.0.1.example", true },
		{ "redis://127.0.0.1", false },
		{ "redis://[::1]", false },
		{ "redis+unix:///a.example", false },
	};
	struct store_uri uri;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(parse(&uri, rows[i].text) == NULL);
		CHECK(store_uri_has_name(&uri) == rows[i].has_name);
	}
}

/* A byte too many in each part. */
static void
limits(void)
{
	static const struct {
		const char *before, *after;
		size_t fits;
	} rows[] = {
		{ "redis://", "", 255 },
		{ "redis://", "@h", 127 },
		{ "redis+unix:///", "", 106 },
	};
	struct store_uri uri;
	char text[512], many[300];
	size_t i, more;

	memset(many, 'a', sizeof(many));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (more = 0; more < 2; more++) {
			snprintf(text, sizeof(text), "%s%.*s%s", rows[i].before,
			    (int)(rows[i].fits + more), many, rows[i].after);
			CHECK((parse(&uri, text) != NULL) == (more == 1));
		}
}

int
main(void)
{
	UNIT_RUN(good);
	UNIT_RUN(bad);
	UNIT_RUN(names);
	UNIT_RUN(limits);
	return unit_end();
}
