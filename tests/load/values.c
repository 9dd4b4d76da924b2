#include <err.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

static int
value_resolve(struct value_address *, const char *host, const char *port);

int
value_endpoint(struct value_address *address, const char *value)
{
	const char *colon = strrchr(value, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - value);
	char host[NI_MAXHOST];

	if (length == 0 || length >= sizeof(host)) {
		warnx("not HOST:PORT: %s", value);
		return -1;
	}
	if (value[0] == '[' && value[length - 1] == ']')
		snprintf(
		    host, sizeof(host), "%.*s", (int)length - 2, value + 1);
	else
		snprintf(host, sizeof(host), "%.*s", (int)length, value);
	return value_resolve(address, host, colon + 1);
}

int
value_host(struct value_address *address, const char *value)
{
	return value_resolve(address, value, "0");
}

int
value_number(unsigned *number, const char *name, const char *value)
{
	unsigned long long parsed;
	char *end;

	parsed = strtoull(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' ||
	    parsed > INT_MAX) {
		warnx("--%s takes a number, not %s", name, value);
		return -1;
	}
	*number = (unsigned)parsed;
	return 0;
}

/* Resolves escapes, so that scripts need no quoting of their own. */
int
value_text(char **text, size_t *size, const char *value)
{
	char *to;

	free(*text);
	if ((*text = to = malloc(strlen(value) + 1)) == NULL) {
		warn(NULL);
		return -1;
	}
	for (; *value != '\0'; value++) {
		if (*value != '\\' || value[1] == '\0') {
			*to++ = *value;
			continue;
		}
		switch (*++value) {
		case 'n':
			*to++ = '\n';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case 't':
			*to++ = '\t';
			break;
		default:
			*to++ = *value;
		}
	}
	*to = '\0';
	*size = (size_t)(to - *text);
	return 0;
}

static int
value_resolve(struct value_address *address, const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int error = getaddrinfo(host, port, &hints, &found);

	if (error != 0) {
		warnx("%s:%s: %s", host, port, gai_strerror(error));
		return -1;
	}
	memcpy(&address->address, found->ai_addr, found->ai_addrlen);
	address->size = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}
