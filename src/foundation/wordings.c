#include <stddef.h>

#include "foundation/wordings.h"

#define VERSION_OF(major, minor) ((major) << 8 | (minor))

/* Of the library. */
static unsigned wording_version;
/* What it says. */
static const char *wording_texts[WORDINGS];

/* For each wording, the versions that changed it, in their order. */
static const struct wording_row {
	enum wording wording;
	unsigned since;
	const char *text;
} wordings[] = {
	{ WORDING_EXTRA_ARGUMENT, VERSION_OF(3, 0), "Extra argument" },
	{ WORDING_EXTRA_ARGUMENT, VERSION_OF(3, 2), "Extra option:" },
	{ WORDING_EMPTY_ARGUMENT, VERSION_OF(3, 2), "" },
	{ WORDING_PEM_OR_DER, VERSION_OF(3, 0), "; must be pem or der" },
	{ WORDING_PEM_OR_DER, VERSION_OF(3, 2), "; must be one of:  pem der" },
	{ WORDING_FORMAT_ENGINE, VERSION_OF(3, 0), "" },
	{ WORDING_FORMAT_ENGINE, VERSION_OF(4, 0), NULL },
	{ WORDING_FORMAT_BASE64, VERSION_OF(3, 2), "" },

	{ WORDING_NOT_FOUND, VERSION_OF(3, 0), "read" },
	{ WORDING_NOT_FOUND, VERSION_OF(3, 2), "find" },
	{ WORDING_NOT_FOUND, VERSION_OF(4, 0), "find or decode" },
	{ WORDING_NONE_FOUND, VERSION_OF(3, 0), "read any" },
	{ WORDING_NONE_FOUND, VERSION_OF(3, 2), "find" },
	{ WORDING_NONE_FOUND, VERSION_OF(4, 0), "find or decode" },
	{ WORDING_KEY, VERSION_OF(3, 0), "key" },
	{ WORDING_KEY, VERSION_OF(3, 2), "private key" },
	{ WORDING_CRL, VERSION_OF(3, 0), "CRL" },
	{ WORDING_CERTIFICATE, VERSION_OF(3, 0), "cert" },
	{ WORDING_CERTIFICATE, VERSION_OF(3, 2), "certificate" },
	{ WORDING_CERTIFICATES, VERSION_OF(3, 0), "certs" },
	{ WORDING_CERTIFICATES, VERSION_OF(3, 2), "certificates" },
	{ WORDING_ANY_CERTIFICATE, VERSION_OF(3, 0), "cert" },
	{ WORDING_ANY_CERTIFICATE, VERSION_OF(3, 2), "certificates" },
	{ WORDING_KEY_PARAMETERS, VERSION_OF(3, 0), "params" },
	{ WORDING_KEY_PARAMETERS, VERSION_OF(3, 2), "key parameters" },
	{ WORDING_UNABLE_TO_LOAD, VERSION_OF(3, 0), "Unable to load" },
	{ WORDING_UNABLE_TO_LOAD, VERSION_OF(3, 2), NULL },
	{ WORDING_CRL_NOT_FETCHED, VERSION_OF(3, 0),
	    "Unable to load CRL via CDP" },
	{ WORDING_CRL_NOT_FETCHED, VERSION_OF(3, 2), NULL },
	{ WORDING_CRL_NOT_FETCHED_FROM, VERSION_OF(3, 2),
	    "Unable to load CRL via CDP from" },
	{ WORDING_SYSTEM_ERRORS, VERSION_OF(3, 2), "" },

	{ WORDING_SENDFILE_WITHOUT_KTLS, VERSION_OF(3, 2),
	    "Warning: -sendfile depends on -ktls, enabling -ktls now." },
	{ WORDING_WARNINGS_ARE_ERRORS, VERSION_OF(4, 0), "" },

	{ WORDING_NAMEOPT, VERSION_OF(3, 0), "oneline" },
	{ WORDING_NAMEOPT, VERSION_OF(3, 2), "sep_comma_plus_space,utf8" },
	{ WORDING_NAMEOPT, VERSION_OF(3, 5),
	    "sep_comma_plus_space,esc_ctrl,utf8,dump_nostr,dump_der" },

	{ WORDING_NO_PEER_CERTIFICATE, VERSION_OF(3, 0),
	    "No peer certificate" },
	{ WORDING_NO_PEER_CERTIFICATE, VERSION_OF(3, 2),
	    "No peer certificate or raw public key" },

	{ WORDING_PEER_TEMP_KEY, VERSION_OF(3, 5), "Peer Temp Key: " },
	{ WORDING_NEGOTIATED_GROUP, VERSION_OF(3, 5),
	    "Negotiated TLS1.3 group: " },
	{ WORDING_OWN_SIGNATURE, VERSION_OF(4, 0), "Own signature type: " },

	{ WORDING_NO_RENEGOTIATION, VERSION_OF(3, 1),
	    "This TLS version forbids renegotiation." },

	{ WORDING_SIGALGS_OF_OBJECTS, VERSION_OF(3, 2), "" },
	{ WORDING_PEER_SIGNATURE_NAMES, VERSION_OF(3, 5), "" },
	{ WORDING_KEY_TYPE_NAMES, VERSION_OF(3, 6), "" },
};

/* The numbers stand here because old headers lack some of their names. */
static const struct wording_number {
	enum wording_list list;
	int number;
	unsigned since;
	const char *text;
} wording_numbers[] = {
	{ WORDING_LIST_VERSIONS, 0x0300, VERSION_OF(3, 0), "SSL 3.0" },
	{ WORDING_LIST_VERSIONS, 0x0300, VERSION_OF(4, 0), NULL },
	{ WORDING_LIST_VERSIONS, 0xfefd, VERSION_OF(4, 0), "DTLS 1.2" },

	{ WORDING_LIST_MESSAGES, 25, VERSION_OF(3, 2),
	    ", CompressedCertificate" },

	{ WORDING_LIST_EXTENSIONS, 19, VERSION_OF(3, 2), "client cert type" },
	{ WORDING_LIST_EXTENSIONS, 20, VERSION_OF(3, 2), "server cert type" },
	{ WORDING_LIST_EXTENSIONS, 27, VERSION_OF(3, 2),
	    "compress certificate" },
	{ WORDING_LIST_EXTENSIONS, 0xfd00, VERSION_OF(4, 0), "outer exts" },
	{ WORDING_LIST_EXTENSIONS, 0xfe0d, VERSION_OF(4, 0),
	    "encrypted ClientHello (draft-13)" },
};

void
wording_choose(unsigned major, unsigned minor)
{
	const struct wording_row *row;
	size_t i;

	wording_version = VERSION_OF(major, minor);
	for (i = 0; i < sizeof(wordings) / sizeof(*wordings); i++) {
		row = &wordings[i];
		if (row->since <= wording_version)
			wording_texts[row->wording] = row->text;
	}
}

const char *
wording(enum wording which)
{
	return wording_texts[which];
}

const char *
wording_of_number(enum wording_list list, int number)
{
	const struct wording_number *row;
	const char *text = NULL;
	size_t i;

	for (i = 0; i < sizeof(wording_numbers) / sizeof(*wording_numbers);
	     i++) {
		row = &wording_numbers[i];
		if (row->list == list && row->number == number &&
		    row->since <= wording_version)
			text = row->text;
	}
	return text;
}
