/*
 * What else libssl complains of.
 */
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include "config/config.h"
#include "link/explain_parts.h"
#include "link/link.h"
#include "tls/base/tls_names.h"

static bool reason_of_old_hello(struct failing *);
static bool reason_of_key(struct failing *);
static bool reason_of_srp(struct failing *);

static const struct tls_name reason_hints[] = {
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE,
	    "the client sent no certificate, and -Verify wants one" },
	{ SSL_R_INAPPROPRIATE_FALLBACK,
	    "the client fell back to an older version (TLS_FALLBACK_SCSV), "
	    "though the server has a newer one: its first try was disturbed" },
	{ SSL_R_WRONG_VERSION_NUMBER,
	    "the version in a record is none of the handshake's: the client, "
	    "or "
	    "something on the way, mixes versions" },
	{ SSL_R_BAD_SIGNATURE,
	    "the client's signature is wrong: its key does not belong to its "
	    "certificate" },
	{ SSL_R_WRONG_SIGNATURE_TYPE,
	    "the client signed with an algorithm that the server did not "
	    "offer: "
	    "see -client_sigalgs" },
	{ SSL_R_SIGNATURE_ALGORITHMS_ERROR,
	    "the client signed with an algorithm that the server did not "
	    "offer: "
	    "see -client_sigalgs" },
	{ SSL_R_EE_KEY_TOO_SMALL,
	    "the key of the client's certificate is too short for the security "
	    "level (SECLEVEL in -cipher)" },
	{ SSL_R_CA_KEY_TOO_SMALL,
	    "a CA of the client's certificate has a key that is too short for "
	    "the security level (SECLEVEL in -cipher)" },
	{ SSL_R_CA_MD_TOO_WEAK,
	    "the client's certificate is signed with a digest that is too weak "
	    "for the security level (SECLEVEL in -cipher)" },
	{ SSL_R_UNKNOWN_CERTIFICATE_TYPE,
	    "the kind of the client's key does not go with what was agreed" },
	{ SSL_R_DH_KEY_TOO_SMALL,
	    "the Diffie-Hellman key is too short for the security level: see "
	    "-dhparam and SECLEVEL in -cipher" },
	{ SSL_R_PSK_IDENTITY_NOT_FOUND,
	    "the identity of the client's pre-shared key is not known: see "
	    "-psk_identity" },
	{ SSL_R_PSK_NO_SERVER_CB,
	    "the client wants a pre-shared key, and the server has no -psk" },
	{ SSL_R_BINDER_DOES_NOT_VERIFY,
	    "the client knows the identity of -psk_identity, or of a session, "
	    "but has another key" },
	{ SSL_R_INCONSISTENT_EXTMS,
	    "the client resumes a session without the extended master secret "
	    "that the session was made with" },
	{ SSL_R_TOO_MUCH_EARLY_DATA,
	    "the client sent more early data than the server takes: see "
	    "-recv_max_early_data and -max_early_data" },
	{ SSL_R_DATA_LENGTH_TOO_LONG,
	    "a record of the client is longer than TLS allows; perhaps it is "
	    "no "
	    "TLS" },
	{ SSL_R_PACKET_LENGTH_TOO_LONG,
	    "a record of the client is longer than TLS allows; perhaps it is "
	    "no "
	    "TLS" },
	{ SSL_R_ENCRYPTED_LENGTH_TOO_LONG,
	    "a record of the client is longer than TLS allows; perhaps it is "
	    "no "
	    "TLS" },
	{ SSL_R_EXCESSIVE_MESSAGE_SIZE,
	    "a message of the client is too long; perhaps it sent a very long "
	    "chain of certificates" },
	{ SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED,
	    "the client renegotiates without the secure renegotiation of RFC "
	    "5746: see -legacy_renegotiation" },
	{ SSL_R_NO_RENEGOTIATION,
	    "the client refuses to renegotiate (alert no_renegotiation)" },
	{ SSL_R_NO_COMPRESSION_SPECIFIED,
	    "the client does not offer to go without compression" },
	{ SSL_R_INVALID_COMPRESSION_ALGORITHM,
	    "the client of TLS 1.3 offers compression, which TLS 1.3 forbids" },
	{ SSL_R_MISSING_SIGALGS_EXTENSION,
	    "the client of TLS 1.3 did not name signature algorithms" },
	{ SSL_R_MISSING_SUPPORTED_GROUPS_EXTENSION,
	    "the client of TLS 1.3 sent key shares and did not name groups" },
	{ SSL_R_MISSING_PSK_KEX_MODES_EXTENSION,
	    "the client offers a pre-shared key and did not say how it wants "
	    "to "
	    "use it (psk_key_exchange_modes)" },
	{ SSL_R_BAD_KEY_SHARE,
	    "the client's key share is no key of its group, or of a group that "
	    "it did not name or was not asked for" },
	{ SSL_R_BAD_ECPOINT,
	    "the client's public key is no point of its curve" },
	{ SSL_R_COOKIE_MISMATCH,
	    "the client returned another cookie than it was sent" },
	{ SSL_R_LENGTH_MISMATCH,
	    "the lengths in a message of the client do not fit" },
	{ SSL_R_BAD_EXTENSION,
	    "an extension of the client is not well-formed, comes twice, or is "
	    "not allowed here" },
	{ SSL_R_BAD_PACKET, "a message of the client is not well-formed" },
	{ SSL_R_UNSOLICITED_EXTENSION,
	    "the client answered an extension that the server did not send" },
	{ SSL_R_DIGEST_CHECK_FAILED,
	    "the client's Finished does not fit: something on the way (a "
	    "middlebox) changed the handshake, or the keys differ" },
	{ SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
	    "the client's records cannot be decrypted: the keys differ, or "
	    "something on the way changed them" },
	{ SSL_R_UNEXPECTED_MESSAGE, "the client sent a message out of order" },
	{ SSL_R_UNEXPECTED_RECORD,
	    "the client sent a record out of order, such as data before the "
	    "end "
	    "of the handshake" },
	{ SSL_R_BAD_RECORD_TYPE,
	    "the client sent a record of a kind that TLS does not know" },
	{ SSL_R_INVALID_CCS_MESSAGE,
	    "the client's ChangeCipherSpec is not well-formed" },
	{ SSL_R_CCS_RECEIVED_EARLY,
	    "the client sent ChangeCipherSpec too early" },
	{ SSL_R_BAD_CHANGE_CIPHER_SPEC,
	    "the client's ChangeCipherSpec is not well-formed" },
	{ SSL_R_NO_CERTIFICATE_SET,
	    "the server has no certificate for what the client wants" },
	{ SSL_R_NO_CHANGE_FOLLOWING_HRR,
	    "the client answered our HelloRetryRequest with the same "
	    "ClientHello" },
	{ SSL_R_FRAGMENTED_CLIENT_HELLO,
	    "the client's ClientHello is in several records, which -listen "
	    "cannot take" },
	{ SSL_R_READ_TIMEOUT_EXPIRED,
	    "the client did not answer, though our flight was sent again and "
	    "again" },
	{ SSL_R_CERT_CB_ERROR,
	    "no certificate could be chosen for the client" },
	{ SSL_R_NO_PROTOCOLS_AVAILABLE, "the options leave no version of TLS" },
	{ SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED,
	    "the client's certificate has a key for which TLS 1.1 and older "
	    "know no signature that is allowed" },
	{ 0, NULL },
};

bool
explain_reason(struct failing *failing)
{
	const char *hint;

	if (failing->why == STAT_FAILED_CLOSED)
		return false;
	if (failing->link->shake.phase == PHASE_IN_VAIN) {
		failing->key = "no cookie";
		explain_say(failing,
		    "the client does not know the cookies of TLS 1.3, which "
		    "-stateless wants");
		return true;
	}
	if (reason_of_old_hello(failing) || reason_of_key(failing) ||
	    reason_of_srp(failing))
		return true;
	hint = tls_name_find(reason_hints, failing->reason);
	if (hint == NULL)
		return false;
	explain_say(failing, "%s", hint);
	return true;
}

/* Such a ClientHello is none of those that are kept. */
static bool
reason_of_old_hello(struct failing *failing)
{
	const struct transport *transport = &failing->link->transport;

	if (failing->facts != NULL || transport->read_bytes < 3 ||
	    (transport->first[0] & 0x80) == 0 || transport->first[2] != 1 ||
	    transport->kind->datagrams)
		return false;
	failing->key = "ClientHello of SSL 2.0";
	explain_say(failing,
	    "the client begins with a ClientHello in the form of SSL 2.0");
	return true;
}

/* Up to TLS 1.2 a wrong key is seen when the Finished cannot be decrypted. */
static bool
reason_of_key(struct failing *failing)
{
	const SSL_CIPHER *cipher = SSL_get_pending_cipher(failing->ssl);

	if (cipher == NULL)
		cipher = SSL_get_current_cipher(failing->ssl);
	if (failing->reason != SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC ||
	    failing->config->psk == NULL || cipher == NULL ||
	    !explain_is_psk(SSL_CIPHER_get_kx_nid(cipher)))
		return false;
	explain_say(failing, "the client's pre-shared key is not that of -psk");
	return true;
}

bool
explain_is_psk(int key_exchange)
{
	return key_exchange == NID_kx_psk || key_exchange == NID_kx_rsa_psk ||
	    key_exchange == NID_kx_ecdhe_psk || key_exchange == NID_kx_dhe_psk;
}

static bool
reason_of_srp(struct failing *failing)
{
	if (failing->config->srpvfile == NULL || failing->facts == NULL ||
	    !failing->facts->has_srp)
		return false;
	if (failing->witness->alert_sent == SSL_AD_UNKNOWN_PSK_IDENTITY)
		explain_say(
		    failing, "the client's SRP user is not in -srpvfile");
	else if (failing->reason == SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC)
		explain_say(failing,
		    "the client's SRP password is wrong, or its user is not in "
		    "-srpvfile");
	else
		return false;
	return true;
}
