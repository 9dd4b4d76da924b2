#include <stdint.h>
#include <stdio.h>

#include <openssl/bio.h>
#include <openssl/err.h>

#include "config/config.h"
#include "foundation/file_tail.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "text/extensions.h"
#include "text/tracing.h"
#include "tls/base/tls_names.h"
#include "tls/base/tls_text.h"

#define TRACING_NO_CERTIFICATE 41 /* no_certificate of SSL 3.0 */

static void tracing_state(void *, const SSL *, int, int);
static void tracing_exit(const SSL *, const char *, int, bool);
static bool tracing_waits(const SSL *);
static void tracing_message(void *, SSL *, const struct ssl_message *);
#ifdef OPENSSL_NO_SSL_TRACE
#define tracing_words NULL /* tracing_open refuses -trace */
#else
static void tracing_words(void *, SSL *, const struct ssl_message *);
#endif
static const void *
tracing_sent(const struct tracing *, const struct ssl_message *, uint8_t *);
static void
tracing_describe(struct textbuf *, int, int, const unsigned char *, size_t);
static void tracing_bytes(struct textbuf *, const unsigned char *, size_t);
static void tracing_emit(const void *, size_t);
static const char *tracing_alert(int);
static const char *tracing_handshake(int);
static const char *tracing_name(const struct tls_name *, int, const char *);

static struct file_tail tracing_file = FILE_TAIL_NONE;

static const struct tls_name tracing_contents[] = {
	{ SSL3_RT_CHANGE_CIPHER_SPEC, "ChangeCipherSpec" },
	{ SSL3_RT_ALERT, "Alert" },
	{ SSL3_RT_HANDSHAKE, "Handshake" },
	{ SSL3_RT_APPLICATION_DATA, "ApplicationData" },
	{ SSL3_RT_HEADER, "RecordHeader" },
	{ SSL3_RT_INNER_CONTENT_TYPE, "InnerContent" },
	{ 0, NULL },
};

static const struct tls_name tracing_handshakes[] = {
	{ SSL3_MT_HELLO_REQUEST, ", HelloRequest" },
	{ SSL3_MT_CLIENT_HELLO, ", ClientHello" },
	{ SSL3_MT_SERVER_HELLO, ", ServerHello" },
	{ DTLS1_MT_HELLO_VERIFY_REQUEST, ", HelloVerifyRequest" },
	{ SSL3_MT_NEWSESSION_TICKET, ", NewSessionTicket" },
	{ SSL3_MT_END_OF_EARLY_DATA, ", EndOfEarlyData" },
	{ SSL3_MT_ENCRYPTED_EXTENSIONS, ", EncryptedExtensions" },
	{ SSL3_MT_CERTIFICATE, ", Certificate" },
	{ SSL3_MT_SERVER_KEY_EXCHANGE, ", ServerKeyExchange" },
	{ SSL3_MT_CERTIFICATE_REQUEST, ", CertificateRequest" },
	{ SSL3_MT_SERVER_DONE, ", ServerHelloDone" },
	{ SSL3_MT_CERTIFICATE_VERIFY, ", CertificateVerify" },
	{ SSL3_MT_CLIENT_KEY_EXCHANGE, ", ClientKeyExchange" },
	{ SSL3_MT_FINISHED, ", Finished" },
	{ SSL3_MT_CERTIFICATE_URL, ", CertificateUrl" },
	{ SSL3_MT_CERTIFICATE_STATUS, ", CertificateStatus" },
	{ SSL3_MT_SUPPLEMENTAL_DATA, ", SupplementalData" },
	{ SSL3_MT_KEY_UPDATE, ", KeyUpdate" },
	{ SSL3_MT_NEXT_PROTO, ", NextProto" },
	{ SSL3_MT_MESSAGE_HASH, ", MessageHash" },
	{ 0, NULL },
};

int
tracing_open(const struct config *config)
{
#ifdef OPENSSL_NO_SSL_TRACE
	if (config->messages == MESSAGES_WORDS) {
		log_warnx("-trace: the TLS library was built without it");
		return -1;
	}
#endif
	ssl_events_open();
	if (config->msgfile == NULL ||
	    file_tail_open(&tracing_file, "-msgfile", config->msgfile, true) ==
		0)
		return 0;
	log_warn("-msgfile %s", config->msgfile);
	return -1;
}

int
tracing_fd(void)
{
	return tracing_file.fd;
}

int
tracing_share(struct file_tail_state *state)
{
	return file_tail_share(&tracing_file, state);
}

void
tracing_close(void)
{
	file_tail_close(&tracing_file);
}

void
tracing_attach(struct tracing *tracing, struct ssl_events *events, SSL *ssl,
    const struct config *config, tracing_header *header, void *arg)
{
	if (config->tlsextdebug)
		extensions_attach(ssl);
	if (!config->state && config->messages == MESSAGES_NONE)
		return;
	*tracing = (struct tracing){ .config = config,
		.header = header,
		.arg = arg,
		.listener = { .wants_records = true, .arg = tracing } };
	if (config->state)
		tracing->listener.info = tracing_state;
	if (config->messages == MESSAGES_BYTES)
		tracing->listener.message = tracing_message;
	else if (config->messages == MESSAGES_WORDS)
		tracing->listener.message = tracing_words;
	ssl_events_add(events, ssl, &tracing->listener);
}

void
tracing_io(
    bool is_write, const void *bio, const void *data, size_t asked, long result)
{
	struct textbuf text;

	textbuf_init(&text);
	textbuf_printf(&text, "%s %p [%p] (%zu bytes => ",
	    is_write ? "write to" : "read from", bio, data, asked);
	if (result > 0) {
		textbuf_printf(&text, "%ld (0x%lX))\n", result, result);
		tls_text_dump(&text, data, (size_t)result);
	} else {
		textbuf_printf(&text, "%ld)\n", result);
	}
	text_write(TEXT_OUT, text.data, text.size);
	textbuf_free(&text);
}

/* -state */
static void
tracing_state(void *arg, const SSL *ssl, int where, int value)
{
	const struct tracing *tracing = arg;
	const struct config *config = tracing->config;
	const char *call =
	    (where & SSL_ST_ACCEPT) != 0 ? "SSL_accept" : "undefined";

	if (where & SSL_CB_LOOP)
		text_printf(
		    TEXT_ERR, "%s:%s\n", call, SSL_state_string_long(ssl));
	else if (where & SSL_CB_ALERT)
		text_printf(TEXT_ERR, "SSL3 alert %s:%s:%s\n",
		    (where & SSL_CB_READ) ? "read" : "write",
		    SSL_alert_type_string_long(value),
		    SSL_alert_desc_string_long(value));
	else if (where & SSL_CB_EXIT)
		tracing_exit(
		    ssl, call, value, config->nbio && config->traits->console);
}

/*
 * A blocking call would have gone on where this one waits for the peer. So that
 * is a failure only if the user asked for calls that do not block.
 */
static void
tracing_exit(const SSL *ssl, const char *call, int value, bool nonblocking)
{
	if (value == 0)
		text_printf(TEXT_ERR, "%s:failed in %s\n", call,
		    SSL_state_string_long(ssl));
	else if (value < 0 && (nonblocking || !tracing_waits(ssl)))
		text_printf(TEXT_ERR, "%s:error in %s\n", call,
		    SSL_state_string_long(ssl));
}

static bool
tracing_waits(const SSL *ssl)
{
	switch (SSL_want(ssl)) {
	case SSL_READING:
		return BIO_should_retry(SSL_get_rbio(ssl));
	case SSL_WRITING:
		return BIO_should_retry(SSL_get_wbio(ssl));
	default:
		return false;
	}
}

/* -msg */
static void
tracing_message(void *arg, SSL *ssl, const struct ssl_message *message)
{
	uint8_t header[DTLS1_RT_HEADER_LENGTH];
	struct textbuf text;
	const void *data;

	(void)ssl;
	data = tracing_sent(arg, message, header);
	textbuf_init(&text);
	textbuf_puts(&text, message->is_write ? ">>> " : "<<< ");
	tracing_describe(&text, message->version, message->content_type, data,
	    message->size);
	tracing_bytes(&text, data, message->size);
	tracing_emit(text.data, text.size);
	textbuf_free(&text);
}

#ifndef OPENSSL_NO_SSL_TRACE
/*
 * -trace: libssl's own description. libssl cannot describe a piece of a
 * certificate; the error that it then leaves must not make the handshake fail.
 */
static void
tracing_words(void *arg, SSL *ssl, const struct ssl_message *message)
{
	uint8_t header[DTLS1_RT_HEADER_LENGTH];
	struct textbuf text;
	const void *data;
	BIO *bio;

	data = tracing_sent(arg, message, header);
	if ((bio = BIO_new(BIO_s_mem())) == NULL)
		return;
	ERR_set_mark();
	SSL_trace(message->is_write, message->version, message->content_type,
	    data, message->size, ssl, bio);
	ERR_pop_to_mark();
	textbuf_init(&text);
	tls_text_quote(&text, bio);
	if (text.size > 0)
		tracing_emit(text.data, text.size);
	textbuf_free(&text);
}
#endif

/* Returns the data; for the header of a DTLS record, as it is on the wire. */
static const void *
tracing_sent(const struct tracing *tracing, const struct ssl_message *message,
    uint8_t *copy)
{
	if (tracing->header == NULL || !message->is_write ||
	    message->content_type != SSL3_RT_HEADER ||
	    message->size != DTLS1_RT_HEADER_LENGTH)
		return message->data;
	return tracing->header(tracing->arg, message->data, copy);
}

static void
tracing_describe(struct textbuf *text, int version, int content,
    const unsigned char *data, size_t size)
{
	const char *name = tls_name_of_version(version);

	if (name == NULL) {
		textbuf_printf(text,
		    "Not TLS data or unknown version "
		    "(version=%d, content_type=%d) [length %04zx]\n",
		    version, content, size);
		return;
	}
	textbuf_printf(text, "%s, ", name);
	name = tls_name_find(tracing_contents, content);
	if (name != NULL)
		textbuf_puts(text, name);
	else
		textbuf_printf(text, "Unknown (content_type=%d)", content);
	textbuf_printf(text, " [length %04zx]", size);
	if (content == SSL3_RT_ALERT && size == 2)
		textbuf_printf(text, "%s %s",
		    data[0] == SSL3_AL_WARNING	   ? ", warning"
			: data[0] == SSL3_AL_FATAL ? ", fatal"
						   : ", ???",
		    tracing_alert(data[1]));
	else if (content == SSL3_RT_ALERT)
		textbuf_puts(text, ", ???");
	else if (content == SSL3_RT_HANDSHAKE)
		textbuf_puts(
		    text, size == 0 ? "???" : tracing_handshake(data[0]));
	textbuf_puts(text, "\n");
}

/* The stock program does not name the first alert, nor later ones. */
static const char *
tracing_alert(int alert)
{
	const char *name = alert == TRACING_NO_CERTIFICATE ||
		alert > SSL_AD_CERTIFICATE_REQUIRED
	    ? NULL
	    : tls_name_of_alert(alert);

	return name != NULL ? name : "???";
}

static const char *
tracing_handshake(int type)
{
	const char *name = wording_of_number(WORDING_LIST_MESSAGES, type);

	return name != NULL ? name
			    : tracing_name(tracing_handshakes, type, "???");
}

static void
tracing_bytes(struct textbuf *text, const unsigned char *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (i % 16 == 0)
			textbuf_puts(text, i == 0 ? "   " : "\n   ");
		textbuf_printf(text, " %02x", data[i]);
	}
	if (size > 0)
		textbuf_puts(text, "\n");
}

static void
tracing_emit(const void *data, size_t size)
{
	struct iovec record = { .iov_base = (void *)(uintptr_t)data,
		.iov_len = size };

	if (tracing_file.fd == -1)
		text_write(TEXT_MESSAGES, data, size);
	else
		file_tail_write(&tracing_file, &record, 1);
}

static const char *
tracing_name(const struct tls_name *table, int value, const char *unknown)
{
	const char *name = tls_name_find(table, value);

	return name != NULL ? name : unknown;
}
