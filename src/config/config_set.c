/*
 * The setters of the option table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/option_table.h"
#include "foundation/log.h"
#include "foundation/text.h"

#define TLS1_0 0x0301

struct config_memory {
	SLIST_ENTRY(config_memory) entry;
	max_align_t data[];
};

static int
config_refuse(const struct option *, const struct option_value *, const char *);
static void config_use_tcp(struct config *);
static int
config_set_service(struct config *, const struct option *, const char *);
static unsigned config_log_event(const char *, size_t);
static void *config_field(struct config *, const struct option *);
static const char *config_keep_number(intmax_t);
static const char *config_keep_host(const char *, size_t);

int
config_set_flag(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	*(bool *)config_field(config, option) = true;
	return 0;
}

int
config_clear_flag(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	*(bool *)config_field(config, option) = false;
	return 0;
}

int
config_set_text(struct config *config, const struct option *option,
    const struct option_value *value)
{
	*(const char **)config_field(config, option) = value->text;
	return 0;
}

int
config_set_int(struct config *config, const struct option *option,
    const struct option_value *value)
{
	*(int *)config_field(config, option) = (int)value->number;
	return 0;
}

int
config_set_unsigned(struct config *config, const struct option *option,
    const struct option_value *value)
{
	*(unsigned *)config_field(config, option) = (unsigned)value->number;
	return 0;
}

int
config_set_int64(struct config *config, const struct option *option,
    const struct option_value *value)
{
	*(int64_t *)config_field(config, option) = value->number;
	return 0;
}

int
config_set_level(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	*(int *)config_field(config, option) = option->argument;
	return 0;
}

int
config_set_format(struct config *config, const struct option *option,
    const struct option_value *value)
{
	*(enum file_format *)config_field(config, option) = value->format;
	return 0;
}

/* -rev and -echo win over the other modes, as in the stock program. */
int
config_set_mode(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	if (config->mode != MODE_REV && config->mode != MODE_ECHO)
		config->mode = (enum server_mode)option->argument;
	return 0;
}

int
config_set_messages(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	config->messages = (enum message_dump)option->argument;
	return 0;
}

int
config_set_answers(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	config->mode = (enum server_mode)option->argument;
	config->brief = true;
	return 0;
}

int
config_set_brief(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	(void)value;
	config->brief = true;
	config->quiet = true;
	config->verify_quiet = true;
	return 0;
}

int
config_set_nbio_test(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	(void)value;
	config->nbio = true;
	config->nbio_test = true;
	return 0;
}

int
config_set_version(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	config->min_version = option->argument;
	config->max_version = option->argument;
	return 0;
}

int
config_set_dtls(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	(void)value;
	config->dtls = true;
	return 0;
}

int
config_set_dtls_version(struct config *config, const struct option *option,
    const struct option_value *value)
{
	config->dtls = true;
	return config_set_version(config, option, value);
}

/* SRP needs a version of TLS: the lowest, if the options name none. */
int
config_set_srp(struct config *config, const struct option *option,
    const struct option_value *value)
{
	if (config->min_version < TLS1_0)
		config->min_version = TLS1_0;
	return config_set_text(config, option, value);
}

int
config_add_conf(struct config *config, const struct option *option,
    const struct option_value *value)
{
	struct ssl_conf_list *list = config_field(config, option);
	struct ssl_conf *conf = config_keep(sizeof(*conf));

	conf->name = option->name;
	conf->value = value->text;
	STAILQ_INSERT_TAIL(list, conf, entry);
	return 0;
}

int
config_add_text(struct config *config, const struct option *option,
    const struct option_value *value)
{
	struct strings *strings = config_field(config, option);
	const char **more;

	/* It grows when the number of items is a power of two. */
	if ((strings->count & (strings->count - 1)) == 0) {
		more = config_keep((2 * strings->count + 1) * sizeof(*more));
		if (strings->count > 0)
			memcpy(more, strings->item,
			    strings->count * sizeof(*more));
		strings->item = more;
	}
	strings->item[strings->count++] = value->text;
	return 0;
}

int
config_set_context_hex(struct config *config, const struct option *option,
    const struct option_value *value)
{
	const char *text = value->text;
	size_t i, digits = strlen(text);
	char byte[3] = "";

	if (digits == 0 || text[strspn(text, OPTION_HEX_DIGITS)] != '\0')
		return config_refuse(option, value, "not hexadecimal digits");
	if (digits % 2 != 0)
		return config_refuse(option, value, "an odd number of digits");
	if (digits > 2 * sizeof(config->context_hex))
		return config_refuse(option, value, "longer than 32 bytes");
	for (i = 0; i < digits; i += 2) {
		memcpy(byte, text + i, 2);
		config->context_hex[i / 2] = (uint8_t)strtoul(byte, NULL, 16);
	}
	config->context_hex_size = digits / 2;
	return 0;
}

/* Every option of this kind also switches -status on. */
int
config_set_status(struct config *config, const struct option *option,
    const struct option_value *value)
{
	config->status = true;
	switch (option->kind) {
	case KIND_NONE:
		return config_set_flag(config, option, value);
	case KIND_NUMBER:
		return config_set_int(config, option, value);
	case KIND_INFILE:
		return config_add_text(config, option, value);
	default:
		return config_set_text(config, option, value);
	}
}

int
config_set_ticket_format(struct config *config, const struct option *option,
    const struct option_value *value)
{
	if (strcmp(value->text, "nginx") == 0)
		config->ticket_format = TICKET_FORMAT_NGINX;
	else if (strcmp(value->text, "apache") == 0)
		config->ticket_format = TICKET_FORMAT_APACHE;
	else
		return config_refuse(option, value, "not nginx or apache");
	return 0;
}

/* The value may have a password, so no error repeats it. */
int
config_set_session_store(struct config *config, const struct option *option,
    const struct option_value *value)
{
	const char *why = store_uri_parse(&config->store_uri, value->text);

	if (why != NULL) {
		log_warnx("-%s: %s", option->name, why);
		return -1;
	}
	config->session_store = value->text;
	return 0;
}

int
config_set_console(struct config *config, const struct option *option,
    const struct option_value *value)
{
	if (strcmp(value->text, "oldest") == 0)
		config->console = CONSOLE_OLDEST;
	else if (strcmp(value->text, "newest") == 0)
		config->console = CONSOLE_NEWEST;
	else if (strcmp(value->text, "all") == 0)
		config->console = CONSOLE_ALL;
	else
		return config_refuse(
		    option, value, "not oldest, newest or all");
	return 0;
}

/* The name is printed in lines and on a page, so only plain words pass. */
int
config_set_label_host(struct config *config, const struct option *option,
    const struct option_value *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t size = strlen(value->text);

	if (size == 0 || size > CONFIG_LABEL_HOST_MAX ||
	    value->text[strspn(value->text, plain)] != '\0')
		return config_refuse(option, value,
		    "not 1 to 63 letters, digits, dots, hyphens or "
		    "underscores");
	config->label = true;
	config->label_host = value->text;
	return 0;
}

/* The list replaces the default, and a list that was given before. */
int
config_set_log_events(struct config *config, const struct option *option,
    const struct option_value *value)
{
	const char *word = value->text, *end;
	unsigned event, events = 0;

	for (;; word = end + 1) {
		end = word + strcspn(word, ",");
		if ((event = config_log_event(word, (size_t)(end - word))) == 0)
			return config_refuse(option, value,
			    "not a list of accepted, handshake, connection "
			    "or all");
		events |= event;
		if (*end == '\0')
			break;
	}
	config->log_events = events;
	return 0;
}

/* Prints at once, as the stock program does, unless -quiet stands before. */
int
config_set_verify(struct config *config, const struct option *option,
    const struct option_value *value)
{
	config->verify = true;
	config->verify_must = option->argument;
	config->verify_depth = (int)value->number;
	if (!config->quiet)
		text_printf(TEXT_ERR, "verify depth is %d%s\n",
		    config->verify_depth,
		    config->verify_must ? ", must return a certificate" : "");
	return 0;
}

int
config_set_port(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	config_use_tcp(config);
	config->host = NULL;
	config->accept_given = true;
	config->port = config_keep_number(value->number);
	return 0;
}

int
config_ask(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)config;
	(void)value;
	return option->argument;
}

int
config_set_ctl(struct config *config, const struct option *option,
    const struct option_value *value)
{
	config->ctl = value->text;
	return option->argument;
}

/* HOST:PORT, [IPV6]:PORT or PORT; an empty part or "*" means any. */
int
config_set_accept(struct config *config, const struct option *option,
    const struct option_value *value)
{
	const char *host = value->text, *end, *port;

	if (*host == '[') {
		end = strchr(++host, ']');
		port = end == NULL ? NULL : end + 1;
		if (port != NULL && *port == ':')
			port++;
		else if (port != NULL && *port != '\0')
			port = NULL;
	} else if ((end = strchr(host, ':')) != NULL) {
		port = end + 1;
	} else {
		end = port = host;
	}
	if (port == NULL || strchr(port, ':') != NULL) {
		log_warnx("-accept argument malformed or ambiguous");
		return -1;
	}
	config_use_tcp(config);
	config->accept_given = true;
	config->host = config_keep_host(host, (size_t)(end - host));
	return config_set_service(config, option, port);
}

/* A number, the name of a service, or "" for any port of a given host. */
static int
config_set_service(
    struct config *config, const struct option *option, const char *port)
{
	bool is_any = *port == '\0' || strcmp(port, "*") == 0;
	bool is_number = port[strspn(port, "0123456789")] == '\0';
	intmax_t number;

	if (is_any && config->host == NULL) {
		log_warnx("-accept argument names no port");
		return -1;
	}
	if (!is_any && !is_number) {
		config->port = port;
		return 0;
	}
	number = is_any ? 0 : strtoimax(port, NULL, 10);
	if (number > option->maximum) {
		log_warnx("Port \"%s\" for option -accept is above %d", port,
		    option->maximum);
		return -1;
	}
	config->port = config_keep_number(number);
	return 0;
}

int
config_set_unix(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	config->family = FAMILY_UNIX;
	config->accept_given = false;
	config->unix_path = value->text;
	return 0;
}

int
config_set_family(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)value;
	config_use_tcp(config);
	config->family = (enum address_family)option->argument;
	return 0;
}

/* Returns -1. */
static int
config_refuse(const struct option *option, const struct option_value *value,
    const char *reason)
{
	log_warnx("-%s %s: %s", option->name, value->text, reason);
	return -1;
}

/* Of -unix and the options for TCP the last one wins. */
static void
config_use_tcp(struct config *config)
{
	if (config->family == FAMILY_UNIX)
		config->family = FAMILY_ANY;
	config->unix_path = NULL;
}

static void *
config_field(struct config *config, const struct option *option)
{
	return (char *)config + option->field;
}

/* The memory is on a list, so that a leak checker finds it. */
void *
config_keep(size_t size)
{
	static SLIST_HEAD(config_memories, config_memory) kept =
	    SLIST_HEAD_INITIALIZER(kept);
	struct config_memory *memory;

	memory = calloc(1, sizeof(*memory) + size);
	if (memory == NULL)
		fatalx("out of memory");
	SLIST_INSERT_HEAD(&kept, memory, entry);
	return memory->data;
}

/* Returns its bits, or 0 if the word is none. */
static unsigned
config_log_event(const char *word, size_t size)
{
	static const struct {
		const char *word;
		unsigned events;
	} rows[] = {
		{ "accepted", LOG_ACCEPTED },
		{ "handshake", LOG_HANDSHAKE },
		{ "connection", LOG_CONNECTION },
		{ "all", LOG_ACCEPTED | LOG_HANDSHAKE | LOG_CONNECTION },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].word) == size &&
		    memcmp(rows[i].word, word, size) == 0)
			return rows[i].events;
	return 0;
}

static const char *
config_keep_number(intmax_t number)
{
	char text[24], *copy;

	snprintf(text, sizeof(text), "%jd", number);
	copy = config_keep(sizeof(text));
	memcpy(copy, text, sizeof(text));
	return copy;
}

/* Returns NULL for a text that means any host. */
static const char *
config_keep_host(const char *host, size_t size)
{
	char *copy;

	if (size == 0 || (size == 1 && *host == '*'))
		return NULL;
	copy = config_keep(size + 1);
	memcpy(copy, host, size);
	return copy;
}
