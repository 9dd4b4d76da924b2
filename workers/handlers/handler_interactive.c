#include "config/config.h"
#include "foundation/text.h"
#include "handlers/handlers.h"
#include "link/commands.h"
#include "text/transcript.h"
#include "tls/base/tls_error.h"

static enum handler_verdict
interactive_unit(struct connection *, const char *, size_t);
static enum handler_verdict interactive_open(struct connection *);
static void interactive_delayed(struct connection *);
static void interactive_failed(struct connection *);
static enum handler_verdict
interactive_readable(struct connection *, const uint8_t *, size_t);
static enum handler_verdict interactive_blocked(struct connection *);
static void interactive_ended(struct connection *, enum connection_end);
static void interactive_shut(struct connection *);

const struct handler handler_interactive = {
	.name = "interactive",
	.traits = { .console = true },
	.waits_for_word = true,
	.prints_data = true,
	.tells_early = true,
	.open = interactive_open,
	.delayed = interactive_delayed,
	.failed = interactive_failed,
	.readable = interactive_readable,
	.blocked = interactive_blocked,
	.unit = interactive_unit,
	.ended = interactive_ended,
	.shut = interactive_shut,
};

static enum handler_verdict
interactive_unit(struct connection *connection, const char *data, size_t size)
{
	const struct config *config = connection_config(connection);
	const struct command *command;
	static const char clear[] = "Lets print some clear text\n";

	/* With -quiet and -brief all is data. */
	if (!config->quiet && !config->brief) {
		if (data[0] == 'q') {
			text_printf(TEXT_OUT, "DONE\n");
			return HANDLER_CLOSE;
		}
		if ((command = command_find(data, size)) != NULL) {
			connection_command(connection, command);
			return HANDLER_CONTINUE;
		}
		if (data[0] == 'P')
			connection_send_clear(
			    connection, clear, sizeof(clear) - 1);
	}
	connection_send(connection, data, size);
	return HANDLER_CONTINUE;
}

static enum handler_verdict
interactive_open(struct connection *connection)
{
	const struct config *config = connection_config(connection);
	const char *label = connection_label(connection);
	SSL *ssl = connection_ssl(connection);

	if (config->brief)
		transcript_brief(ssl, config, label);
	transcript_session(ssl, config, label);
	return HANDLER_CONTINUE;
}

static void
interactive_delayed(struct connection *connection)
{
	(void)connection;
	text_printf(TEXT_OUT, "DELAY\n");
}

static void
interactive_failed(struct connection *connection)
{
	if (connection_in_early_data(connection)) {
		text_printf(TEXT_ERR, "Error reading early data\n");
		tls_error_print();
	} else {
		transcript_failure(connection_ssl(connection), "ERROR");
	}
	text_printf(TEXT_OUT, "shutting down SSL\n");
}

/* Print the bytes as they came, also with -quiet. */
static enum handler_verdict
interactive_readable(
    struct connection *connection, const uint8_t *data, size_t size)
{
	(void)connection;
	text_write(TEXT_DATA, data, size);
	return HANDLER_CONTINUE;
}

static enum handler_verdict
interactive_blocked(struct connection *connection)
{
	(void)connection;
	text_printf(TEXT_OUT, "Read BLOCK\n");
	return HANDLER_CONTINUE;
}

static void
interactive_ended(struct connection *connection, enum connection_end end)
{
	(void)connection;
	switch (end) {
	case END_CLOSE_NOTIFY:
		text_printf(TEXT_OUT, "DONE\n");
		break;
	case END_ERROR:
		text_printf(TEXT_OUT, "ERROR\n");
		tls_error_print();
		break;
	case END_LOCAL:
	case END_TIMEOUT:
		break;
	}
	text_printf(TEXT_OUT, "shutting down SSL\n");
}

static void
interactive_shut(struct connection *connection)
{
	(void)connection;
	text_printf(TEXT_OUT, "CONNECTION CLOSED\n");
}
