/*
 * Peers that are gone, silent, or no TLS clients.
 */
#include <errno.h>
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include "config/config.h"
#include "link/explain_parts.h"
#include "link/link.h"
#include "tls/base/tls_names.h"

#define STRANGER_BYTES 3 /* that are said of an unknown protocol */

static const struct stranger *stranger_find(const uint8_t *, size_t);
static bool stranger_begins(const struct stranger *, const uint8_t *);
static void gone_from_open(struct failing *, const char *);
static bool gone_before_hello(struct failing *, const char *);
static void gone_after_answer(struct failing *, const char *);
static bool is_certified(const struct failing *);
static const char *message_name(int);

/* What the first bytes of other protocols are; SIZE: how many are known. */
static const struct stranger {
	const char *first;
	size_t size;
	const char *key; /* what the client speaks */
	size_t any; /* this byte may be any; 0: none */
} strangers[] = {
	{ "GET ", 4, "plain HTTP", 0 },
	{ "HEAD ", 5, "plain HTTP", 0 },
	{ "POST ", 5, "plain HTTP", 0 },
	{ "PUT ", 4, "plain HTTP", 0 },
	{ "DELET", 5, "plain HTTP", 0 },
	{ "PATCH", 5, "plain HTTP", 0 },
	{ "TRACE", 5, "plain HTTP", 0 },
	{ "PROPF", 5, "plain HTTP", 0 },
	{ "PROPP", 5, "plain HTTP", 0 },
	{ "OPTIO", 5, "plain HTTP, SIP or RTSP", 0 },
	{ "DESCR", 5, "RTSP", 0 },
	{ "PRI *", 5, "HTTP/2 without TLS", 0 },
	{ "CONNE", 5, "HTTP to a proxy (CONNECT)", 0 },
	{ "SSH-", 4, "SSH", 0 },
	{ "EHLO ", 5, "SMTP, which asks for TLS by STARTTLS", 0 },
	{ "HELO ", 5, "SMTP, which asks for TLS by STARTTLS", 0 },
	{ "LHLO ", 5, "LMTP, which asks for TLS by STARTTLS", 0 },
	{ "USER ", 5, "FTP or POP3, which asks for TLS by a command", 0 },
	{ "AUTH ", 5, "FTP, which asks for TLS by AUTH TLS", 0 },
	{ "CAPA", 4, "POP3, which asks for TLS by STLS", 0 },
	{ "CAP ", 4, "IRC", 0 },
	{ "NICK ", 5, "IRC", 0 },
	{ "REGIS", 5, "SIP", 0 },
	{ "INVIT", 5, "SIP", 0 },
	{ "<?xml", 5, "XMPP", 0 },
	{ "<stre", 5, "XMPP", 0 },
	{ "PROXY", 5, "a PROXY protocol header before TLS", 0 },
	{ "\r\n\r\n\0", 5, "a PROXY protocol header before TLS", 0 },
	{ "\3\0\0", 3, "RDP, which asks for TLS by itself", 0 },
	{ "\0\0\0\x08\x04", 5, "PostgreSQL, which asks for TLS by itself", 0 },
	{ "\x16\xfe", 2, "DTLS over a stream", 0 },
	{ "\x30.\2\1", 4, "LDAP, which asks for TLS by StartTLS", 1 },
	{ "\x30\x84\0\0", 4, "LDAP, which asks for TLS by StartTLS", 0 },
	{ "\x10.\0\4M", 5, "MQTT without TLS", 1 },
	{ "\x10.\0\6M", 5, "MQTT without TLS", 1 },
	{ "\4\1", 2, "SOCKS, as to a proxy", 0 },
	{ "\5.\0", 3, "SOCKS, as to a proxy", 1 },
};

static const struct tls_name message_names[] = {
	{ SSL3_MT_CLIENT_HELLO, "ClientHello" },
	{ SSL3_MT_SERVER_HELLO, "ServerHello" },
	{ DTLS1_MT_HELLO_VERIFY_REQUEST, "HelloVerifyRequest" },
	{ SSL3_MT_NEWSESSION_TICKET, "NewSessionTicket" },
	{ SSL3_MT_END_OF_EARLY_DATA, "EndOfEarlyData" },
	{ SSL3_MT_ENCRYPTED_EXTENSIONS, "EncryptedExtensions" },
	{ SSL3_MT_CERTIFICATE, "Certificate" },
	{ SSL3_MT_SERVER_KEY_EXCHANGE, "ServerKeyExchange" },
	{ SSL3_MT_CERTIFICATE_REQUEST, "CertificateRequest" },
	{ SSL3_MT_SERVER_DONE, "ServerHelloDone" },
	{ SSL3_MT_CERTIFICATE_VERIFY, "CertificateVerify" },
	{ SSL3_MT_CLIENT_KEY_EXCHANGE, "ClientKeyExchange" },
	{ SSL3_MT_FINISHED, "Finished" },
	{ SSL3_MT_CERTIFICATE_STATUS, "CertificateStatus" },
	{ 0, NULL },
};

bool
explain_stranger(struct failing *failing)
{
	const struct transport *transport = &failing->link->transport;
	const uint8_t *first = transport->first;
	const struct stranger *stranger;
	size_t i,
	    size = transport->read_bytes < TRANSPORT_FIRST
	    ? (size_t)transport->read_bytes
	    : TRANSPORT_FIRST;

	if (failing->why != STAT_FAILED_NOT_TLS &&
	    failing->reason != SSL_R_HTTP_REQUEST &&
	    failing->reason != SSL_R_HTTPS_PROXY_REQUEST)
		return false;
	if ((stranger = stranger_find(first, size)) != NULL) {
		failing->key = stranger->key;
		explain_say(failing, "the client does not speak TLS: %s",
		    stranger->key);
		return true;
	}
	failing->key = "an unknown protocol";
	explain_say(failing, "the client does not speak TLS: ");
	if (transport->read_bytes == 1)
		explain_say(failing, "its only byte is %02x", first[0]);
	else
		explain_say(failing, "its first bytes are");
	for (i = 0; size > 1 && i < size && i < STRANGER_BYTES; i++)
		explain_say(failing, " %02x", first[i]);
	return true;
}

static const struct stranger *
stranger_find(const uint8_t *first, size_t size)
{
	size_t i;

	for (i = 0; i < sizeof(strangers) / sizeof(*strangers); i++)
		if (strangers[i].size <= size &&
		    stranger_begins(&strangers[i], first))
			return &strangers[i];
	return NULL;
}

static bool
stranger_begins(const struct stranger *stranger, const uint8_t *first)
{
	size_t i;

	for (i = 0; i < stranger->size; i++)
		if (first[i] != (uint8_t)stranger->first[i] &&
		    (i == 0 || i != stranger->any))
			return false;
	return true;
}

bool
explain_deadline(struct failing *failing)
{
	const struct witness *witness = failing->witness;

	if (failing->why == STAT_FAILED_ENDED) {
		failing->key = "ended by the server";
		explain_say(failing,
		    "a command, or the end of the server, came before the "
		    "handshake was finished");
		return true;
	}
	if (failing->why != STAT_FAILED_TIMEOUT)
		return false;
	if (failing->link->transport.read_bytes == 0) {
		failing->key = "timed out before the ClientHello";
		explain_say(failing, "the client connected and said nothing");
	} else if (witness->received == WITNESS_NO_MESSAGE) {
		failing->key = "timed out within the ClientHello";
		explain_say(failing,
		    "the client stopped in the middle of its ClientHello: %ju "
		    "bytes came",
		    (uintmax_t)failing->link->transport.read_bytes);
	} else {
		failing->key = "timed out within the handshake";
		explain_say(failing,
		    "the client did not go on after its %s%s%s",
		    message_name(witness->received),
		    witness->sent == WITNESS_NO_MESSAGE ? "" : " and our ",
		    message_name(witness->sent));
	}
	return true;
}

bool
explain_gone(struct failing *failing)
{
	const struct transport *transport = &failing->link->transport;
	int error = transport->read_error != 0 ? transport->read_error
					       : transport->write_error;
	const char *did = error == 0	 ? "closed"
	    : error == ECONNRESET	 ? "reset the connection"
	    : transport->kind->datagrams ? "is gone"
					 : "left";

	if (failing->why != STAT_FAILED_CLOSED)
		return false;
	if (transport->kind->datagrams && error == ECONNREFUSED) {
		failing->key = "the client's port is closed";
		explain_say(failing,
		    "the client's system says that nobody listens on its port "
		    "any more");
		return true;
	}
	if (failing->link->outcome.shaken)
		gone_from_open(failing, did);
	else if (!gone_before_hello(failing, did))
		gone_after_answer(failing, did);
	return true;
}

static void
gone_from_open(struct failing *failing, const char *did)
{
	failing->key = "closed without close_notify";
	explain_say(failing, "the client %s without close_notify", did);
}

static bool
gone_before_hello(struct failing *failing, const char *did)
{
	const struct transport *transport = &failing->link->transport;

	if (failing->witness->received != WITNESS_NO_MESSAGE)
		return false;
	if (transport->read_bytes == 0) {
		failing->key = "closed before the ClientHello";
		explain_say(failing,
		    "the client %s before it sent anything, as port scanners "
		    "and health checks do, and clients that wait for a "
		    "greeting (SMTP, FTP)",
		    did);
	} else {
		failing->key = "closed within the ClientHello";
		explain_say(failing,
		    "the client %s in the middle of its ClientHello: %ju bytes "
		    "came",
		    did, (uintmax_t)transport->read_bytes);
	}
	return true;
}

static void
gone_after_answer(struct failing *failing, const char *did)
{
	const struct witness *witness = failing->witness;

	if (witness->sent == SSL3_MT_SERVER_HELLO && witness->hellos == 1) {
		failing->key = "closed after our HelloRetryRequest";
		explain_say(failing,
		    "the client %s after our HelloRetryRequest, which asks for "
		    "a key share of another group",
		    did);
	} else if (witness->received == SSL3_MT_CLIENT_HELLO &&
	    is_certified(failing)) {
		failing->key = "closed after our certificate";
		explain_say(failing,
		    "the client %s after our certificate%s: it may expect "
		    "(pin) another one, or have lost patience",
		    did,
		    witness->alert_received == WITNESS_NO_ALERT
			? ", without an alert"
			: "");
	} else {
		failing->key = "closed within the handshake";
		explain_say(failing, "the client %s after its %s%s%s", did,
		    message_name(witness->received),
		    witness->sent == WITNESS_NO_MESSAGE ? "" : " and our ",
		    message_name(witness->sent));
	}
}

/* Returns true if our flight had a certificate. */
static bool
is_certified(const struct failing *failing)
{
	const SSL_CIPHER *cipher = SSL_get_pending_cipher(failing->ssl);

	if (cipher == NULL)
		cipher = SSL_get_current_cipher(failing->ssl);
	return failing->witness->sent != WITNESS_NO_MESSAGE &&
	    !SSL_session_reused(failing->ssl) && cipher != NULL &&
	    SSL_CIPHER_get_auth_nid(cipher) != NID_auth_null &&
	    SSL_CIPHER_get_auth_nid(cipher) != NID_auth_srp &&
	    SSL_CIPHER_get_auth_nid(cipher) != NID_auth_psk;
}

static const char *
message_name(int type)
{
	const char *name = tls_name_find(message_names, type);

	return type == WITNESS_NO_MESSAGE ? ""
	    : name == NULL		  ? "message"
					  : name;
}
