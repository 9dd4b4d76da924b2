#include <arpa/inet.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/store_uri.h"

#define STORE_PORT "6379"
#define DIGITS	   "0123456789"
#define HEX_DIGITS "0123456789abcdefABCDEF"
#define LETTERS	   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const char *store_uri_user(struct store_uri *, const char **);
static const char *store_uri_host(struct store_uri *, const char *);
static const char *
store_uri_address(struct store_uri *, const char *, size_t, const char **);
static const char *
store_uri_name(struct store_uri *, const char *, size_t, const char **);
static const char *store_uri_port(struct store_uri *, const char *, size_t);
static const char *store_uri_path(struct store_uri *, const char *);
static const char *store_uri_database(struct store_uri *, const char *);
static bool store_uri_number(char *, size_t, const char *, size_t, long);
static bool store_uri_copy(char *, size_t, const char *, size_t);
static bool store_uri_decode(char *, size_t, const char *, size_t);

const char *
store_uri_parse(struct store_uri *uri, const char *text)
{
	static const struct {
		const char *scheme;
		bool use_tls;
		const char *(*rest)(struct store_uri *, const char *);
	} rows[] = {
		{ "redis://", false, store_uri_host },
		{ "rediss://", true, store_uri_host },
		{ "redis+unix://", false, store_uri_path },
	};
	const char *why;
	size_t i, size;

	memset(uri, 0, sizeof(*uri));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size = strlen(rows[i].scheme);
		if (strncmp(text, rows[i].scheme, size) != 0)
			continue;
		text += size;
		uri->use_tls = rows[i].use_tls;
		why = store_uri_user(uri, &text);
		return why != NULL ? why : rows[i].rest(uri, text);
	}
	return "it begins with none of redis://, rediss:// and redis+unix://";
}

bool
store_uri_has_name(const struct store_uri *uri)
{
	struct in_addr address;

	return *uri->host != '\0' && strchr(uri->host, ':') == NULL &&
	    inet_pton(AF_INET, uri->host, &address) != 1;
}

/* Goes on behind the user, if there is one. */
static const char *
store_uri_user(struct store_uri *uri, const char **text)
{
	size_t size = strcspn(*text, "/?@");
	const char *user = *text;

	if (user[size] != '@') {
		/* A password may have a slash, which a host has not. */
		size = strcspn(*text, "@");
		return user[size] == '@' && memchr(user, ':', size) != NULL
		    ? "a password in it is not allowed: -session_store_pass "
		      "takes that"
		    : NULL;
	}
	if (memchr(user, ':', size) != NULL)
		return "a password in it is not allowed: -session_store_pass "
		       "takes that";
	if (size == 0)
		return "the user before @ is empty";
	if (!store_uri_decode(uri->user, sizeof(uri->user), user, size))
		return "the user has more than 127 bytes, or a wrong %";
	*text += size + 1;
	return NULL;
}

/* HOST[:PORT][/DATABASE] */
static const char *
store_uri_host(struct store_uri *uri, const char *text)
{
	size_t size = strcspn(text, "/?#");
	const char *database = text + size, *port, *why;

	why = *text == '[' ? store_uri_address(uri, text, size, &port)
			   : store_uri_name(uri, text, size, &port);
	if (why == NULL)
		why = store_uri_port(uri, port, (size_t)(database - port));
	if (why != NULL)
		return why;
	return store_uri_database(
	    uri, *database == '/' ? database + 1 : database);
}

/* In brackets, of IPv6, perhaps with a zone. What follows may be a port. */
static const char *
store_uri_address(
    struct store_uri *uri, const char *text, size_t size, const char **port)
{
	const char *end = memchr(text, ']', size);
	char digits[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (end == NULL)
		return "the host has a [ without its ]";
	*port = end + 1;
	if (*port != text + size && **port != ':')
		return "only a port may follow the ]";
	text++;
	if (!store_uri_copy(
		uri->host, sizeof(uri->host), text, (size_t)(end - text)) ||
	    !store_uri_copy(
		digits, sizeof(digits), uri->host, strcspn(uri->host, "%")) ||
	    inet_pton(AF_INET6, digits, &address) != 1)
		return "what stands in [ ] is no address of IPv6";
	return NULL;
}

/* A name, or an address of IPv4. What follows may be a port. */
static const char *
store_uri_name(
    struct store_uri *uri, const char *text, size_t size, const char **port)
{
	const char *colon = memchr(text, ':', size), *end = text + size;

	*port = colon == NULL ? end : colon;
	if (colon != NULL && memchr(colon + 1, ':', (size_t)(end - colon) - 1))
		return "it has a colon too many: an address of IPv6 stands in "
		       "[ ]";
	size = (size_t)(*port - text);
	if (size == 0)
		return "it names no host";
	if (strspn(text, LETTERS DIGITS ".-_") < size)
		return "the host has a character that no name has";
	return store_uri_copy(uri->host, sizeof(uri->host), text, size)
	    ? NULL
	    : "the host has more than 255 bytes";
}

/* ":PORT" or nothing. */
static const char *
store_uri_port(struct store_uri *uri, const char *text, size_t size)
{
	if (size == 0) {
		memcpy(uri->port, STORE_PORT, sizeof(STORE_PORT));
		return NULL;
	}
	if (store_uri_number(
		uri->port, sizeof(uri->port), text + 1, size - 1, UINT16_MAX) &&
	    strtol(uri->port, NULL, 10) != 0)
		return NULL;
	return "the port is no number from 1 to 65535";
}

/* /PATH[?db=DATABASE] */
static const char *
store_uri_path(struct store_uri *uri, const char *text)
{
	size_t size = strcspn(text, "?#");

	if (*text != '/')
		return "three slashes, then the path of a socket: "
		       "redis+unix:///path";
	if (!store_uri_decode(uri->path, sizeof(uri->path), text, size))
		return "the path has more than 107 bytes, or a wrong %";
	text += size;
	if (*text == '\0')
		return store_uri_database(uri, "");
	if (strncmp(text, "?db=", 4) != 0 || text[4] == '\0')
		return "only ?db=NUMBER may follow the path";
	return store_uri_database(uri, text + 4);
}

/* Nothing means the first one. */
static const char *
store_uri_database(struct store_uri *uri, const char *text)
{
	size_t size = strlen(text);

	if (size == 0) {
		text = "0";
		size = 1;
	}
	return store_uri_number(
		   uri->database, sizeof(uri->database), text, size, INT32_MAX)
	    ? NULL
	    : "the database is no number";
}

/* Only digits, and not many, so that strtol(3) cannot fail. */
static bool
store_uri_number(
    char *to, size_t room, const char *text, size_t size, long maximum)
{
	return size > 0 && strspn(text, DIGITS) >= size &&
	    store_uri_copy(to, room, text, size) &&
	    strtol(to, NULL, 10) <= maximum;
}

static bool
store_uri_copy(char *to, size_t room, const char *text, size_t size)
{
	if (size >= room)
		return false;
	memcpy(to, text, size);
	to[size] = '\0';
	return true;
}

static bool
store_uri_decode(char *to, size_t room, const char *text, size_t size)
{
	const char *end = text + size;
	char digits[3] = "";

	for (; text < end; text++) {
		if (--room == 0)
			return false;
		*to = *text;
		if (*text == '%') {
			if (end - text < 3 || strspn(text + 1, HEX_DIGITS) < 2)
				return false;
			memcpy(digits, text + 1, 2);
			*to = (char)strtoul(digits, NULL, 16);
			text += 2;
		}
		if (*to++ == '\0')
			return false;
	}
	*to = '\0';
	return true;
}
