#include "handlers/brief.h"
#include "foundation/text.h"
#include "text/transcript.h"
#include "tls/base/tls_error.h"

void
brief_established(struct connection *connection)
{
	const char *label = connection_label(connection);

	if (label != NULL)
		text_printf(TEXT_BLOCK_ERR, "%s\n", label);
	text_printf(TEXT_BLOCK_ERR, "CONNECTION ESTABLISHED\n");
	transcript_brief(
	    connection_ssl(connection), connection_config(connection), NULL);
}

void
brief_failed(struct connection *connection)
{
	(void)connection;
	text_printf(TEXT_ERR, "CONNECTION FAILURE\n");
	tls_error_print();
}

void
brief_ended(struct connection *connection, enum connection_end end)
{
	(void)connection;
	if (end == END_ERROR && !transcript_peer_vanished())
		tls_error_print();
	else
		text_printf(TEXT_ERR, "CONNECTION CLOSED\n");
}
