#include <stddef.h>

#include <openssl/tls1.h>

#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "text/extensions.h"
#include "tls/base/tls_names.h"
#include "tls/base/tls_text.h"

static void
extensions_print(SSL *, int, int, const unsigned char *, int, void *);

/* The stock program's names, which do not cover all of TLS 1.3. */
static const struct tls_name extensions_names[] = {
	{ TLSEXT_TYPE_server_name, "server name" },
	{ TLSEXT_TYPE_max_fragment_length, "max fragment length" },
	{ TLSEXT_TYPE_client_certificate_url, "client certificate URL" },
	{ TLSEXT_TYPE_trusted_ca_keys, "trusted CA keys" },
	{ TLSEXT_TYPE_truncated_hmac, "truncated HMAC" },
	{ TLSEXT_TYPE_status_request, "status request" },
	{ TLSEXT_TYPE_user_mapping, "user mapping" },
	{ TLSEXT_TYPE_client_authz, "client authz" },
	{ TLSEXT_TYPE_server_authz, "server authz" },
	{ TLSEXT_TYPE_cert_type, "cert type" },
	{ TLSEXT_TYPE_supported_groups, "supported_groups" },
	{ TLSEXT_TYPE_ec_point_formats, "EC point formats" },
	{ TLSEXT_TYPE_srp, "SRP" },
	{ TLSEXT_TYPE_signature_algorithms, "signature algorithms" },
	{ TLSEXT_TYPE_use_srtp, "use SRTP" },
	{ TLSEXT_TYPE_application_layer_protocol_negotiation,
	    "application layer protocol negotiation" },
	{ TLSEXT_TYPE_signed_certificate_timestamp,
	    "signed certificate timestamps" },
	{ TLSEXT_TYPE_padding, "TLS padding" },
	{ TLSEXT_TYPE_encrypt_then_mac, "encrypt-then-mac" },
	{ TLSEXT_TYPE_extended_master_secret, "extended master secret" },
	{ TLSEXT_TYPE_session_ticket, "session ticket" },
	{ TLSEXT_TYPE_psk, "psk" },
	{ TLSEXT_TYPE_supported_versions, "supported versions" },
	{ TLSEXT_TYPE_psk_kex_modes, "psk kex modes" },
	{ TLSEXT_TYPE_certificate_authorities, "certificate authorities" },
	{ TLSEXT_TYPE_post_handshake_auth, "post handshake auth" },
	{ TLSEXT_TYPE_key_share, "key share" },
	{ TLSEXT_TYPE_next_proto_neg, "next protocol" },
	{ TLSEXT_TYPE_renegotiate, "renegotiation info" },
	{ 0, NULL },
};

void
extensions_attach(SSL *ssl)
{
	SSL_set_tlsext_debug_callback(ssl, extensions_print);
}

static void
extensions_print(SSL *ssl, int from_server, int type, const unsigned char *data,
    int size, void *arg)
{
	const char *name = tls_name_find(extensions_names, type);
	struct textbuf text;

	(void)ssl;
	(void)arg;
	if (name == NULL)
		name = wording_of_number(WORDING_LIST_EXTENSIONS, type);
	textbuf_init(&text);
	textbuf_printf(&text, "TLS %s extension \"%s\" (id=%d), len=%d\n",
	    from_server ? "server" : "client", name != NULL ? name : "unknown",
	    type, size);
	tls_text_dump(&text, data, (size_t)size);
	text_write(TEXT_OUT, text.data, text.size);
	textbuf_free(&text);
}
