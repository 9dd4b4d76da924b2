/*
 * Words that the stock program changed from one version of OpenSSL to the next.
 * Ours are those of the library that it runs with. All else that is printed is
 * the same with all versions, or comes from the library itself.
 */
#ifndef WORDINGS_H
#define WORDINGS_H

enum wording {
	/* what follows the options of the command line */
	WORDING_EXTRA_ARGUMENT,
	/* an empty argument after the options counts for none */
	WORDING_EMPTY_ARGUMENT,
	/* a wrong format */
	WORDING_PEM_OR_DER,
	/* there is a format of engines, also where it is a wrong one */
	WORDING_FORMAT_ENGINE,
	/* -keyform takes names of base64 */
	WORDING_FORMAT_BASE64,
	/* what cannot be done if no object, or none of several, is in a file */
	WORDING_NOT_FOUND,
	WORDING_NONE_FOUND,
	/* the kinds of objects there */
	WORDING_KEY,
	WORDING_CRL,
	WORDING_CERTIFICATE,
	WORDING_CERTIFICATES,
	WORDING_ANY_CERTIFICATE,
	WORDING_KEY_PARAMETERS,
	/* the line after that, also for a file that cannot be opened */
	WORDING_UNABLE_TO_LOAD,
	/* a list that could not be fetched: before the error stack, after it */
	WORDING_CRL_NOT_FETCHED,
	WORDING_CRL_NOT_FETCHED_FROM,
	/* a system error stands there in words, without an error stack */
	WORDING_SYSTEM_ERRORS,
	/* -sendfile without -ktls: a line */
	WORDING_SENDFILE_WITHOUT_KTLS,
	/* that and its like go to standard error */
	WORDING_WARNINGS_ARE_ERRORS,
	/* -nameopt if it is not given */
	WORDING_NAMEOPT,
	/* -brief: of a client without a certificate */
	WORDING_NO_PEER_CERTIFICATE,
	/* -brief: headings of the key in the key exchange, of its group */
	WORDING_PEER_TEMP_KEY,
	WORDING_NEGOTIATED_GROUP,
	/* -brief: heading of the algorithm that the server has signed with */
	WORDING_OWN_SIGNATURE,
	/* instead of "Secure Renegotiation IS NOT supported" in TLS 1.3 */
	WORDING_NO_RENEGOTIATION,
	/* a signature algorithm that TLS 1.2 has no name for has an object's */
	WORDING_SIGALGS_OF_OBJECTS,
	/* the client's signature is named after the algorithm's TLS 1.3 name */
	WORDING_PEER_SIGNATURE_NAMES,
	/* -security_debug: the type of a key has a name */
	WORDING_KEY_TYPE_NAMES,
	WORDINGS
};

/* Lists of names for numbers of the protocol: what some versions lack. */
enum wording_list {
	WORDING_LIST_VERSIONS, /* of the protocol */
	WORDING_LIST_MESSAGES, /* -msg: of the handshake */
	WORDING_LIST_EXTENSIONS, /* -tlsextdebug */
};

/*
 * Take the words of this version of the library. To be called before all else
 * here.
 */
void wording_choose(unsigned major, unsigned minor);
/* Returns NULL if this version says nothing there, or does not do so. */
const char *wording(enum wording);
/* Returns NULL if this version has no such name, or if all versions have it. */
const char *wording_of_number(enum wording_list, int number);

#endif
