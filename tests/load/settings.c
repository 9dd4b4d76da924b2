#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "settings.h"

#define SETTINGS_TIMEOUT_S 60

enum settings_option {
	OPTION_AT_ONCE = 1,
	OPTION_CONNECT,
	OPTION_CONNECTIONS,
	OPTION_DURATION,
	OPTION_EXPECT,
	OPTION_HALF_HELLO,
	OPTION_HELP,
	OPTION_HOLD,
	OPTION_HOLD_UNTIL_EOF,
	OPTION_PARALLEL,
	OPTION_REQUEST,
	OPTION_RESUME,
	OPTION_RETRY,
	OPTION_STATUS,
	OPTION_SEND,
	OPTION_SEQUENTIAL,
	OPTION_SILENT,
	OPTION_TIMEOUT,
	OPTION_TLS1_2,
	OPTION_TLS1_3,
};

static const struct option settings_options[] = {
	{ "at-once", no_argument, NULL, OPTION_AT_ONCE },
	{ "connect", required_argument, NULL, OPTION_CONNECT },
	{ "connections", required_argument, NULL, OPTION_CONNECTIONS },
	{ "duration", required_argument, NULL, OPTION_DURATION },
	{ "expect", required_argument, NULL, OPTION_EXPECT },
	{ "half-hello", no_argument, NULL, OPTION_HALF_HELLO },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "hold", required_argument, NULL, OPTION_HOLD },
	{ "hold-until-eof", no_argument, NULL, OPTION_HOLD_UNTIL_EOF },
	{ "parallel", required_argument, NULL, OPTION_PARALLEL },
	{ "request", required_argument, NULL, OPTION_REQUEST },
	{ "resume", required_argument, NULL, OPTION_RESUME },
	{ "retry", no_argument, NULL, OPTION_RETRY },
	{ "status", no_argument, NULL, OPTION_STATUS },
	{ "send", required_argument, NULL, OPTION_SEND },
	{ "sequential", no_argument, NULL, OPTION_SEQUENTIAL },
	{ "silent", no_argument, NULL, OPTION_SILENT },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "tls1_2", no_argument, NULL, OPTION_TLS1_2 },
	{ "tls1_3", no_argument, NULL, OPTION_TLS1_3 },
	{ NULL, 0, NULL, 0 },
};

static const char settings_usage[] =
    "usage: tls_load --connect HOST:PORT [option ...]\n"
    "  --connections N      make so many, default 1; with --resume, pairs\n"
    "  --duration SECONDS   go on making connections for so long instead\n"
    "  --parallel N         at once, default all\n"
    "  --sequential         one after another\n"
    "  --tls1_2, --tls1_3   only this version\n"
    "  --resume none|id|ticket|tls13|stateful|early\n"
    "                       a full handshake, then one that resumes it; with\n"
    "                       early, what --send holds goes as early data\n"
    "  --at-once            resume while the first connection still closes\n"
    "  --send TEXT          after the handshake; \\n, \\r, \\t and \\\\\n"
    "  --expect TEXT        in the answer, which is awaited\n"
    "  --request PATH       GET PATH HTTP/1.0, and read to the end\n"
    "  --hold SECONDS       keep all open so long, then --send and --expect\n"
    "  --hold-until-eof     keep all open until standard input ends\n"
    "  --silent             connect and say nothing\n"
    "  --half-hello         send the first half of a ClientHello\n"
    "  --status             ask for a stapled status, which must come\n"
    "  --retry              try again what failed, but never what went\n"
    "                       through without being resumed\n"
    "  --timeout SECONDS    for all that, default 60; begins after "
    "--duration\n";

static int settings_apply(struct settings *, int, const char *);
static int settings_apply_flag(struct settings *, int);
static int settings_check(struct settings *);
static int settings_address(struct settings *, const char *);
static int settings_resume(struct settings *, const char *);
static int settings_number(unsigned *, const char *, const char *);
static int settings_text(char **, size_t *, const char *);
static int settings_request(struct settings *, const char *);

int
settings_parse(struct settings *settings, int argc, char **argv)
{
	int option;

	memset(settings, 0, sizeof(*settings));
	settings->connections = 1;
	settings->timeout_s = SETTINGS_TIMEOUT_S;
	while ((option = getopt_long_only(
		    argc, argv, "", settings_options, NULL)) != -1)
		if (settings_apply(settings, option, optarg) == -1)
			return -1;
	if (optind < argc) {
		warnx("unexpected argument: %s", argv[optind]);
		return -1;
	}
	return settings_check(settings);
}

void
settings_free(struct settings *settings)
{
	free(settings->send);
	free(settings->expect);
}

static int
settings_apply(struct settings *settings, int option, const char *value)
{
	switch (option) {
	case OPTION_CONNECT:
		return settings_address(settings, value);
	case OPTION_CONNECTIONS:
		return settings_number(
		    &settings->connections, "connections", value);
	case OPTION_DURATION:
		return settings_number(
		    &settings->duration_s, "duration", value);
	case OPTION_EXPECT:
		return settings_text(
		    &settings->expect, &settings->expect_size, value);
	case OPTION_HOLD:
		settings->hold = true;
		return settings_number(&settings->hold_s, "hold", value);
	case OPTION_PARALLEL:
		return settings_number(&settings->parallel, "parallel", value);
	case OPTION_REQUEST:
		return settings_request(settings, value);
	case OPTION_RESUME:
		return settings_resume(settings, value);
	case OPTION_SEND:
		return settings_text(
		    &settings->send, &settings->send_size, value);
	case OPTION_TIMEOUT:
		return settings_number(&settings->timeout_s, "timeout", value);
	default:
		return settings_apply_flag(settings, option);
	}
}

static int
settings_apply_flag(struct settings *settings, int option)
{
	switch (option) {
	case OPTION_AT_ONCE:
		settings->at_once = true;
		break;
	case OPTION_HALF_HELLO:
		settings->speech = SPEECH_HALF_HELLO;
		break;
	case OPTION_HOLD_UNTIL_EOF:
		settings->hold = true;
		settings->hold_until_eof = true;
		break;
	case OPTION_RETRY:
		settings->retry = true;
		break;
	case OPTION_STATUS:
		settings->status = true;
		break;
	case OPTION_SEQUENTIAL:
		settings->sequential = true;
		break;
	case OPTION_SILENT:
		settings->speech = SPEECH_SILENT;
		break;
	case OPTION_TLS1_2:
		settings->version = TLS1_2_VERSION;
		break;
	case OPTION_TLS1_3:
		settings->version = TLS1_3_VERSION;
		break;
	default:
		fputs(settings_usage, stderr);
		return -1;
	}
	return 0;
}

static int
settings_check(struct settings *settings)
{
	if (settings->address_size == 0) {
		fputs(settings_usage, stderr);
		return -1;
	}
	if (settings->hold &&
	    (settings->resume != RESUME_NONE || settings->duration_s > 0)) {
		warnx("--hold goes with neither --resume nor --duration");
		return -1;
	}
	if (settings->speech != SPEECH_TLS &&
	    (settings->send != NULL || settings->expect != NULL ||
		settings->resume != RESUME_NONE)) {
		warnx("a client that does not speak TLS sends nothing");
		return -1;
	}
	if (settings->sequential)
		settings->parallel = 1;
	if (settings->parallel == 0)
		settings->parallel = settings->connections;
	return 0;
}

/* HOST:PORT or [ADDRESS]:PORT */
static int
settings_address(struct settings *settings, const char *value)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	const char *colon = strrchr(value, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - value);
	char host[NI_MAXHOST];
	int error;

	if (length == 0 || length >= sizeof(host)) {
		warnx("not HOST:PORT: %s", value);
		return -1;
	}
	if (value[0] == '[' && value[length - 1] == ']')
		snprintf(
		    host, sizeof(host), "%.*s", (int)length - 2, value + 1);
	else
		snprintf(host, sizeof(host), "%.*s", (int)length, value);
	if ((error = getaddrinfo(host, colon + 1, &hints, &found)) != 0) {
		warnx("%s: %s", value, gai_strerror(error));
		return -1;
	}
	memcpy(&settings->address, found->ai_addr, found->ai_addrlen);
	settings->address_size = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int
settings_resume(struct settings *settings, const char *value)
{
	static const struct {
		const char *name;
		enum settings_resume resume;
		int version;
	} kinds[] = {
		{ "none", RESUME_NONE, 0 },
		{ "id", RESUME_ID, TLS1_2_VERSION },
		{ "ticket", RESUME_TICKET, TLS1_2_VERSION },
		{ "tls13", RESUME_TLS13, TLS1_3_VERSION },
		{ "stateful", RESUME_STATEFUL, TLS1_3_VERSION },
		{ "early", RESUME_EARLY, TLS1_3_VERSION },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(value, kinds[i].name) == 0) {
			settings->resume = kinds[i].resume;
			if (kinds[i].version != 0)
				settings->version = kinds[i].version;
			return 0;
		}
	warnx("--resume takes none, id, ticket, tls13, stateful or early, "
	      "not %s",
	    value);
	return -1;
}

static int
settings_number(unsigned *number, const char *name, const char *value)
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

/* With the usual escapes, so that a script needs no quoting of its own. */
static int
settings_text(char **text, size_t *size, const char *value)
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
settings_request(struct settings *settings, const char *path)
{
	int size;

	free(settings->send);
	size = asprintf(&settings->send, "GET %s HTTP/1.0\r\n\r\n", path);
	if (size == -1) {
		settings->send = NULL;
		warn(NULL);
		return -1;
	}
	settings->send_size = (size_t)size;
	settings->read_to_end = true;
	return 0;
}
