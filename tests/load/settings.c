#include <err.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "settings.h"
#include "values.h"

#define SETTINGS_TIMEOUT_S 60

enum settings_option {
	OPTION_ALPN = 1,
	OPTION_ANEW,
	OPTION_AT_ONCE,
	OPTION_BIND,
	OPTION_BULK,
	OPTION_CERT,
	OPTION_CIPHER,
	OPTION_CIPHERSUITES,
	OPTION_CONNECT,
	OPTION_CONNECTIONS,
	OPTION_DTLS,
	OPTION_DTLS1,
	OPTION_DTLS1_2,
	OPTION_DURATION,
	OPTION_ECHO,
	OPTION_EXPECT,
	OPTION_GIVE_UP,
	OPTION_GROUPS,
	OPTION_HALF_HELLO,
	OPTION_HELP,
	OPTION_HOLD,
	OPTION_HOLD_UNTIL_EOF,
	OPTION_KEY,
	OPTION_MTU,
	OPTION_PACE,
	OPTION_PARALLEL,
	OPTION_PATIENCE,
	OPTION_PSK,
	OPTION_REQUEST,
	OPTION_RESEND,
	OPTION_RESUME,
	OPTION_RETRY,
	OPTION_SEND,
	OPTION_SEQUENTIAL,
	OPTION_SERVERNAME,
	OPTION_SILENT,
	OPTION_SIZE,
	OPTION_SOURCES,
	OPTION_STATUS,
	OPTION_TIMEOUT,
	OPTION_TIMER,
	OPTION_TLS1_2,
	OPTION_TLS1_3,
	OPTION_UNANSWERED,
	OPTION_WARM_UP,
	OPTION_WINDOW,
};

static const struct option settings_options[] = {
	{ "alpn", required_argument, NULL, OPTION_ALPN },
	{ "anew", no_argument, NULL, OPTION_ANEW },
	{ "at-once", no_argument, NULL, OPTION_AT_ONCE },
	{ "bind", required_argument, NULL, OPTION_BIND },
	{ "bulk", required_argument, NULL, OPTION_BULK },
	{ "cert", required_argument, NULL, OPTION_CERT },
	{ "cipher", required_argument, NULL, OPTION_CIPHER },
	{ "ciphersuites", required_argument, NULL, OPTION_CIPHERSUITES },
	{ "connect", required_argument, NULL, OPTION_CONNECT },
	{ "connections", required_argument, NULL, OPTION_CONNECTIONS },
	{ "dtls", no_argument, NULL, OPTION_DTLS },
	{ "dtls1", no_argument, NULL, OPTION_DTLS1 },
	{ "dtls1_2", no_argument, NULL, OPTION_DTLS1_2 },
	{ "duration", required_argument, NULL, OPTION_DURATION },
	{ "echo", required_argument, NULL, OPTION_ECHO },
	{ "expect", required_argument, NULL, OPTION_EXPECT },
	{ "give-up", required_argument, NULL, OPTION_GIVE_UP },
	{ "groups", required_argument, NULL, OPTION_GROUPS },
	{ "half-hello", no_argument, NULL, OPTION_HALF_HELLO },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "hold", required_argument, NULL, OPTION_HOLD },
	{ "hold-until-eof", no_argument, NULL, OPTION_HOLD_UNTIL_EOF },
	{ "key", required_argument, NULL, OPTION_KEY },
	{ "mtu", required_argument, NULL, OPTION_MTU },
	{ "pace", required_argument, NULL, OPTION_PACE },
	{ "parallel", required_argument, NULL, OPTION_PARALLEL },
	{ "patience", required_argument, NULL, OPTION_PATIENCE },
	{ "psk", required_argument, NULL, OPTION_PSK },
	{ "request", required_argument, NULL, OPTION_REQUEST },
	{ "resend", no_argument, NULL, OPTION_RESEND },
	{ "resume", required_argument, NULL, OPTION_RESUME },
	{ "retry", no_argument, NULL, OPTION_RETRY },
	{ "send", required_argument, NULL, OPTION_SEND },
	{ "sequential", no_argument, NULL, OPTION_SEQUENTIAL },
	{ "servername", required_argument, NULL, OPTION_SERVERNAME },
	{ "silent", no_argument, NULL, OPTION_SILENT },
	{ "size", required_argument, NULL, OPTION_SIZE },
	{ "sources", required_argument, NULL, OPTION_SOURCES },
	{ "status", no_argument, NULL, OPTION_STATUS },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "timer", required_argument, NULL, OPTION_TIMER },
	{ "tls1_2", no_argument, NULL, OPTION_TLS1_2 },
	{ "tls1_3", no_argument, NULL, OPTION_TLS1_3 },
	{ "unanswered", no_argument, NULL, OPTION_UNANSWERED },
	{ "warm-up", no_argument, NULL, OPTION_WARM_UP },
	{ "window", required_argument, NULL, OPTION_WINDOW },
	{ NULL, 0, NULL, 0 },
};

/* Options that are a number, or a string that stays where it is. */
static const struct {
	int option;
	const char *name;
	size_t offset;
} settings_numbers[] = {
	{ OPTION_BULK, "bulk", offsetof(struct settings, bulk_size) },
	{ OPTION_CONNECTIONS, "connections",
	    offsetof(struct settings, connections) },
	{ OPTION_DURATION, "duration", offsetof(struct settings, duration_s) },
	{ OPTION_ECHO, "echo", offsetof(struct settings, echo.count) },
	{ OPTION_GIVE_UP, "give-up", offsetof(struct settings, give_up_ms) },
	{ OPTION_HOLD, "hold", offsetof(struct settings, hold_s) },
	{ OPTION_MTU, "mtu", offsetof(struct settings, mtu) },
	{ OPTION_PACE, "pace", offsetof(struct settings, echo.pace_ms) },
	{ OPTION_PARALLEL, "parallel", offsetof(struct settings, parallel) },
	{ OPTION_PATIENCE, "patience",
	    offsetof(struct settings, echo.patience_ms) },
	{ OPTION_SIZE, "size", offsetof(struct settings, echo.size) },
	{ OPTION_SOURCES, "sources", offsetof(struct settings, sources) },
	{ OPTION_TIMEOUT, "timeout", offsetof(struct settings, timeout_s) },
	{ OPTION_TIMER, "timer", offsetof(struct settings, timer_ms) },
	{ OPTION_WINDOW, "window", offsetof(struct settings, echo.window) },
};

static const struct {
	int option;
	size_t offset;
} settings_strings[] = {
	{ OPTION_ALPN, offsetof(struct settings, alpn) },
	{ OPTION_CERT, offsetof(struct settings, cert) },
	{ OPTION_CIPHER, offsetof(struct settings, cipher) },
	{ OPTION_CIPHERSUITES, offsetof(struct settings, ciphersuites) },
	{ OPTION_GROUPS, offsetof(struct settings, groups) },
	{ OPTION_KEY, offsetof(struct settings, key) },
	{ OPTION_PSK, offsetof(struct settings, psk) },
	{ OPTION_SERVERNAME, offsetof(struct settings, servername) },
};

static const char settings_usage[] =
    "usage: tls_load --connect HOST:PORT [option ...]\n"
    "  --connections N      make so many, default 1; with --resume, pairs\n"
    "  --duration SECONDS   go on making connections for so long instead\n"
    "  --parallel N         at once, default all\n"
    "  --sequential         one after another\n"
    "  --tls1_2, --tls1_3   only this version\n"
    "  --dtls, --dtls1, --dtls1_2\n"
    "                       over UDP: any version, only this one\n"
    "  --cipher LIST        up to TLS 1.2\n"
    "  --ciphersuites LIST  of TLS 1.3\n"
    "  --groups LIST        of key exchange\n"
    "  --psk HEX            of Client_identity\n"
    "  --cert, --key FILE   PEM, of the client\n"
    "  --servername NAME    asked for by SNI\n"
    "  --alpn PROTOCOL      offered; the server must choose it\n"
    "  --bind ADDRESS       to come from; with\n"
    "  --sources N          from N addresses in turn, this one and the next\n"
    "  --mtu BYTES          of the path; default what the kernel says\n"
    "  --timer MS           before the first retransmission, then twice as\n"
    "                       long up to 2 s; default as libssl does\n"
    "  --give-up MS         what takes longer has failed\n"
    "  --echo N             send N datagrams to a server that sends them back\n"
    "  --size BYTES         of each, default 64\n"
    "  --window N           so many may lack their answer, default 1\n"
    "  --pace MS            at least so long between two\n"
    "  --patience MS        no answer for so long: it is lost, default 1000\n"
    "  --resend             what is lost, until it comes back\n"
    "  --anew               after a loss, a new handshake from the same port\n"
    "  --unanswered         the server takes the datagrams and is silent\n"
    "  --resume none|id|ticket|tls13|stateful|early\n"
    "                       a full handshake, then one that resumes it; with\n"
    "                       early, what --send holds goes as early data\n"
    "  --warm-up            each of --parallel connects once, which counts "
    "for\n"
    "                       nothing; prints \"warm\" and waits for the end of\n"
    "                       standard input. Then --resume makes no pairs: "
    "each\n"
    "                       resumes the newest session of the one before it\n"
    "  --at-once            resume while the first connection still closes\n"
    "  --send TEXT          after the handshake; \\n, \\r, \\t and \\\\\n"
    "  --bulk BYTES         so many in place of a text\n"
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
static int settings_check_datagrams(struct settings *);
static int settings_resume(struct settings *, const char *);
static int settings_request(struct settings *, const char *);

int
settings_parse(struct settings *settings, int argc, char **argv)
{
	int option;

	memset(settings, 0, sizeof(*settings));
	settings->connections = 1;
	settings->timeout_s = SETTINGS_TIMEOUT_S;
	settings->sources = 1;
	settings->echo.size = ECHO_SIZE;
	settings->echo.window = 1;
	settings->echo.patience_ms = ECHO_PATIENCE_MS;
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
	size_t i;

	settings->hold |= option == OPTION_HOLD;
	for (i = 0; i < sizeof(settings_numbers) / sizeof(settings_numbers[0]);
	     i++)
		if (settings_numbers[i].option == option)
			return value_number((unsigned *)((char *)settings +
						settings_numbers[i].offset),
			    settings_numbers[i].name, value);
	for (i = 0; i < sizeof(settings_strings) / sizeof(settings_strings[0]);
	     i++)
		if (settings_strings[i].option == option) {
			*(const char **)((char *)settings +
			    settings_strings[i].offset) = value;
			return 0;
		}
	switch (option) {
	case OPTION_BIND:
		return value_host(&settings->source, value);
	case OPTION_CONNECT:
		return value_endpoint(&settings->server, value);
	case OPTION_EXPECT:
		return value_text(
		    &settings->expect, &settings->expect_size, value);
	case OPTION_REQUEST:
		return settings_request(settings, value);
	case OPTION_RESUME:
		return settings_resume(settings, value);
	case OPTION_SEND:
		return value_text(&settings->send, &settings->send_size, value);
	default:
		return settings_apply_flag(settings, option);
	}
}

static int
settings_apply_flag(struct settings *settings, int option)
{
	switch (option) {
	case OPTION_ANEW:
		settings->echo.anew = true;
		break;
	case OPTION_AT_ONCE:
		settings->at_once = true;
		break;
	case OPTION_DTLS:
		settings->dtls = true;
		break;
	case OPTION_DTLS1:
		settings->dtls = true;
		settings->version = DTLS1_VERSION;
		break;
	case OPTION_DTLS1_2:
		settings->dtls = true;
		settings->version = DTLS1_2_VERSION;
		break;
	case OPTION_HALF_HELLO:
		settings->speech = SPEECH_HALF_HELLO;
		break;
	case OPTION_HOLD_UNTIL_EOF:
		settings->hold = true;
		settings->hold_until_eof = true;
		break;
	case OPTION_RESEND:
		settings->echo.resend = true;
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
	case OPTION_UNANSWERED:
		settings->echo.unanswered = true;
		break;
	case OPTION_WARM_UP:
		settings->warm_up = true;
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
	if (settings->server.size == 0) {
		fputs(settings_usage, stderr);
		return -1;
	}
	if (settings->hold &&
	    (settings->resume != RESUME_NONE || settings->duration_s > 0)) {
		warnx("--hold goes with neither --resume nor --duration");
		return -1;
	}
	if (settings->warm_up && (settings->hold || settings->at_once)) {
		warnx("--warm-up goes with neither --hold nor --at-once");
		return -1;
	}
	if (settings->speech != SPEECH_TLS &&
	    (settings->send != NULL || settings->bulk_size != 0 ||
		settings->expect != NULL || settings->resume != RESUME_NONE)) {
		warnx("a client that does not speak TLS sends nothing");
		return -1;
	}
	if (settings->send != NULL && settings->bulk_size != 0) {
		warnx("--bulk goes neither with --send nor with --request");
		return -1;
	}
	if (settings_check_datagrams(settings) == -1)
		return -1;
	if (settings->sequential)
		settings->parallel = 1;
	if (settings->parallel == 0)
		settings->parallel = settings->connections;
	return 0;
}

static int
settings_check_datagrams(struct settings *settings)
{
	struct echo_settings *echo = &settings->echo;

	if (!settings->dtls && echo->count == 0)
		return 0;
	if (!settings->dtls || settings->speech != SPEECH_TLS ||
	    settings->send != NULL || settings->bulk_size != 0) {
		warnx("--echo goes with --dtls, and not with --send or --bulk");
		return -1;
	}
	if (settings->resume != RESUME_NONE && settings->resume != RESUME_ID &&
	    settings->resume != RESUME_TICKET) {
		warnx("DTLS has no sessions of TLS 1.3");
		return -1;
	}
	/* What --resume says is meant for TLS. */
	if (settings->version == TLS1_2_VERSION)
		settings->version = 0;
	if (echo->window == 0)
		echo->window = 1;
	if (echo->size < ECHO_SIZE_MIN || echo->size > ECHO_SIZE_MAX) {
		warnx("--size is from %u to %u", ECHO_SIZE_MIN, ECHO_SIZE_MAX);
		return -1;
	}
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
			if (kinds[i].version != 0 && !settings->dtls)
				settings->version = kinds[i].version;
			return 0;
		}
	warnx("--resume takes none, id, ticket, tls13, stateful or early, "
	      "not %s",
	    value);
	return -1;
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
