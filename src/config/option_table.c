#include "config/option_table.h"
#include "config/options.h"

/* The offset of a member; it must have the type that the setter writes. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot have parentheses. */
#define FIELD(type, member)                                     \
	.field = _Generic(((struct config *)NULL)->member, type \
			  : offsetof(struct config, member))
/* NOLINTEND(bugprone-macro-parentheses) */

#define FLAG(member)	 .set = config_set_flag, FIELD(bool, member)
#define NO_FLAG(member)	 .set = config_clear_flag, FIELD(bool, member)
#define TEXT(member)	 .set = config_set_text, FIELD(const char *, member)
#define INT(member)	 .set = config_set_int, FIELD(int, member)
#define UNSIGNED(member) .set = config_set_unsigned, FIELD(unsigned, member)
#define INT64(member)	 .set = config_set_int64, FIELD(int64_t, member)
#define TEXTS(member)	 .set = config_add_text, FIELD(struct strings, member)
#define MODE(value)	 .set = config_set_mode, .argument = (value)
#define MESSAGES(value)	 .set = config_set_messages, .argument = (value)
#define FORMAT(member)	 .set = config_set_format, FIELD(enum file_format, member)
#define LEVEL(member, value) \
	.set = config_set_level, FIELD(int, member), .argument = (value)
#define CONF(member) .set = config_add_conf, FIELD(struct ssl_conf_list, member)
#define SSL_CONF     CONF(ssl_conf)
/* tls/verify_param.c knows what these options mean. */
#define X509		    CONF(x509), .is_judged = true
#define SECRET		    .secret = SECRET_ALL
#define LOGIN		    .secret = SECRET_LOGIN
#define ONE_OF(words)	    .values = (words)
#define SOME_OF(sep, words) .values = (words), .separator = (sep)
#define FILE_NAME	    ONE_OF("@files")
#define FOLDER_NAME	    ONE_OF("@folders")
#define SINCE(major, minor) .since = OPTION_VERSION(major, minor)
/* Each of these options also switches -status on. */
#define STATUS(type, member) .set = config_set_status, FIELD(type, member)
#define ONE_VERSION(value)                                    \
	.rule = RULE_ONE_PROTOCOL, .set = config_set_version, \
	.argument = (value)
#define ONE_DTLS_VERSION(value)                                    \
	.rule = RULE_ONE_PROTOCOL, .set = config_set_dtls_version, \
	.argument = (value)

#define OPTION(its_name, its_kind, its_help, ...)                           \
	{                                                                   \
		.name = (its_name), .kind = (its_kind), .help = (its_help), \
		__VA_ARGS__                                                 \
	}
#define NO_VERSION .rule = RULE_NO_PROTOCOL, SSL_CONF
#define PORT_MAX   65535

/* Words that the library takes. */
#define NAME_FORMATS                                                        \
	"compat RFC2253 oneline multiline esc_2253 esc_2254 esc_ctrl "      \
	"esc_msb use_quote utf8 ignore_type show_type dump_all dump_nostr " \
	"dump_der dump_unknown sep_comma_plus sep_comma_plus_space "        \
	"sep_semi_plus_space sep_multiline dn_rev nofname sname lname "     \
	"align oid space_eq"
#define PASS_SOURCES "pass: env: file: fd: stdin"
#define PROTOCOLS    "SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3 DTLSv1 DTLSv1.2 None"
#define PURPOSES                                                              \
	"sslclient sslserver nssslserver smimesign smimeencrypt crlsign any " \
	"ocsphelper timestampsign"
#define SRTP_PROFILES                                    \
	"SRTP_AES128_CM_SHA1_80 SRTP_AES128_CM_SHA1_32 " \
	"SRTP_AEAD_AES_128_GCM SRTP_AEAD_AES_256_GCM"

#define END_OF_SECTION       \
	{                    \
		.name = NULL \
	}

static const struct option options_general[] = {
	OPTION("help", KIND_NONE, "Print this summary and exit",
	    .set = config_ask, .argument = OPTIONS_HELP),
	OPTION("help_on", KIND_STRING,
	    "Print the manual of an option, a group or a chapter, and exit",
	    .set = config_ask, .argument = OPTIONS_HELP_ON, ONE_OF("@options")),
	OPTION("version", KIND_NONE,
	    "Print the versions of program and library and exit",
	    .set = config_ask, .argument = OPTIONS_VERSION),
	OPTION("options", KIND_INFILE, "File with further options, a line each",
	    .set = config_ask, .argument = OPTIONS_FILE),
	END_OF_SECTION,
};

static const struct option options_network[] = {
	OPTION("port", KIND_PORT, "TCP port to listen on, 0 for a free one",
	    .set = config_set_port, .initial = "4433", .maximum = PORT_MAX),
	OPTION("accept", KIND_STRING,
	    "TCP [host:]port to listen on, port 0 for a free one",
	    .set = config_set_accept, .maximum = PORT_MAX),
	OPTION("unix", KIND_STRING, "Path of a UNIX socket to listen on",
	    .set = config_set_unix, FILE_NAME),
	OPTION("unlink", KIND_NONE, "With -unix, remove an old socket first",
	    FLAG(unlink)),
	OPTION("tfo", KIND_NONE,
	    "Let clients send data with their first packet (TCP Fast Open)",
	    FLAG(tfo)),
	OPTION("4", KIND_NONE, "IPv4 only", .set = config_set_family,
	    .argument = FAMILY_IPV4),
	OPTION("6", KIND_NONE, "IPv6 only", .set = config_set_family,
	    .argument = FAMILY_IPV6),
	END_OF_SECTION,
};

static const struct option options_process[] = {
	OPTION("workers", KIND_POSITIVE,
	    "Number of worker processes (default one a CPU)", UNSIGNED(workers),
	    .maximum = CONFIG_WORKERS_MAX),
	OPTION("workers_max", KIND_POSITIVE,
	    "Workers that -control may ask for (default: as -workers)",
	    UNSIGNED(workers_max), .maximum = CONFIG_WORKERS_MAX),
	OPTION("naccept", KIND_POSITIVE, "End after this number of connections",
	    INT64(naccept)),
	OPTION("ready_fd", KIND_NON_NEGATIVE,
	    "Descriptor to write the ACCEPT line to when ready", INT(ready_fd)),
	OPTION("ready_file", KIND_OUTFILE,
	    "File to write the ACCEPT line to when ready", TEXT(ready_file)),
	OPTION("pidfile", KIND_OUTFILE,
	    "File for the process number of the master, locked while it lives",
	    TEXT(pid_file)),
	OPTION("handshake_timeout", KIND_NON_NEGATIVE,
	    "Seconds a handshake may take, 0 for ever",
	    UNSIGNED(handshake_timeout_s), .initial = "0"),
	OPTION("idle_timeout", KIND_NON_NEGATIVE,
	    "Seconds a connection may be silent, 0 for ever",
	    UNSIGNED(idle_timeout_s), .initial = "0"),
	OPTION("total_timeout", KIND_NON_NEGATIVE,
	    "Seconds a connection may last, 0 for ever",
	    UNSIGNED(total_timeout_s), .initial = "0"),
	END_OF_SECTION,
};

static const struct option options_mode[] = {
	OPTION("echo", KIND_NONE, "Send back what clients send",
	    .set = config_set_answers, .argument = MODE_ECHO),
	OPTION("rev", KIND_NONE, "Send each line back reversed",
	    .set = config_set_answers, .argument = MODE_REV),
	OPTION("www", KIND_NONE, "Answer GET with a page on the connection",
	    MODE(MODE_WWW)),
	OPTION("WWW", KIND_NONE,
	    "Answer GET with the file of that name in this directory",
	    MODE(MODE_FILE)),
	OPTION("HTTP", KIND_NONE,
	    "As -WWW, for files that begin with their own HTTP header",
	    MODE(MODE_HTTP)),
	OPTION("http_server_binmode", KIND_NONE,
	    "Send files of -WWW and -HTTP as they are",
	    FLAG(http_server_binmode)),
	OPTION("sendfile", KIND_NONE, "Let the kernel send the files of -WWW",
	    FLAG(sendfile)),
	OPTION("zerocopy_sendfile", KIND_NONE,
	    "As -sendfile, without a copy of the file in the kernel",
	    FLAG(zerocopy_sendfile), SINCE(3, 2)),
	END_OF_SECTION,
};

static const struct option options_input[] = {
	OPTION("console", KIND_STRING,
	    "Which connections get what is typed: oldest, newest or all",
	    .set = config_set_console, ONE_OF("oldest newest all")),
	OPTION("crlf", KIND_NONE, "Send LF from the terminal as CR LF",
	    FLAG(crlf)),
	OPTION("ign_eof", KIND_NONE, "Do not end at the end of the input",
	    FLAG(ign_eof)),
	OPTION("no_ign_eof", KIND_NONE, "End at the end of the input",
	    NO_FLAG(ign_eof)),
	END_OF_SECTION,
};

static const struct option options_output[] = {
	OPTION("quiet", KIND_NONE, "Print data and errors only", FLAG(quiet)),
	OPTION("brief", KIND_NONE,
	    "Print a few lines on each connection instead of the block",
	    .set = config_set_brief),
	OPTION("label", KIND_NONE,
	    "Say of each connection which worker serves it", FLAG(label)),
	OPTION("label_host", KIND_STRING, "As -label, and name this host, too",
	    .set = config_set_label_host, ONE_OF("@hosts")),
	OPTION("stats_per_worker", KIND_NONE,
	    "Print the statistics of each worker, too", FLAG(stats_per_worker)),
	OPTION("stats_json", KIND_OUTFILE,
	    "File to append the statistics to in JSON, - for standard output",
	    TEXT(stats_json)),
	OPTION("summary", KIND_NONE,
	    "Print how long handshakes took and why they failed, with the "
	    "statistics",
	    FLAG(summary)),
	OPTION("progress", KIND_NONE,
	    "Show a line of numbers each second on a terminal", FLAG(progress)),
	OPTION("log", KIND_OUTFILE,
	    "File for a line of JSON on each connection, - for standard output",
	    TEXT(log)),
	OPTION("log_events", KIND_STRING,
	    "Which lines of connections -log has, as in accepted,connection",
	    .set = config_set_log_events,
	    SOME_OF(",", "accepted handshake connection all")),
	OPTION("log_hello", KIND_NONE,
	    "With -log, list what each client offers", FLAG(log_hello)),
	OPTION("control", KIND_STRING,
	    "Path of a UNIX socket that takes commands (-ctl)", TEXT(control),
	    FILE_NAME),
	OPTION("ctl", KIND_STRING,
	    "Send the command that follows to this -control, and exit",
	    .set = config_set_ctl, .argument = OPTIONS_CTL, FILE_NAME),
	END_OF_SECTION,
};

static const struct option options_debug[] = {
	OPTION("state", KIND_NONE, "Print the states of the handshake",
	    FLAG(state)),
	OPTION("msg", KIND_NONE, "Dump all protocol messages",
	    MESSAGES(MESSAGES_BYTES)),
	OPTION("trace", KIND_NONE, "Explain each protocol message in words",
	    MESSAGES(MESSAGES_WORDS)),
	OPTION("msgfile", KIND_OUTFILE,
	    "File for -msg and -trace instead of standard output",
	    TEXT(msgfile)),
	OPTION("tlsextdebug", KIND_NONE,
	    "Dump the extensions that clients send", FLAG(tlsextdebug)),
	OPTION(
	    "debug", KIND_NONE, "Dump all bytes read and written", FLAG(debug)),
	OPTION("security_debug", KIND_NONE,
	    "Print what the security level refuses", LEVEL(security_debug, 1)),
	OPTION("security_debug_verbose", KIND_NONE,
	    "Print all that the security level decides",
	    LEVEL(security_debug, 2)),
	OPTION("nbio", KIND_NONE, "Print where input or output would block",
	    FLAG(nbio)),
	OPTION("nbio_test", KIND_NONE, "Let reads and writes block at random",
	    .set = config_set_nbio_test),
	OPTION("keymatexport", KIND_STRING,
	    "Label to export keying material under", TEXT(keymatexport)),
	OPTION("keymatexportlen", KIND_POSITIVE,
	    "Bytes of keying material to export", INT(keymatexportlen),
	    .initial = "20"),
	OPTION("keylogfile", KIND_OUTFILE, "File to append the TLS secrets to",
	    TEXT(keylogfile)),
	END_OF_SECTION,
};

static const struct option options_certificate[] = {
	OPTION("cert", KIND_INFILE,
	    "Certificate of the server (default server.pem)",
	    TEXT(identity.cert_file)),
	OPTION("key", KIND_STRING,
	    "Private key of -cert (default: in the certificate's file)",
	    TEXT(identity.key_file), FILE_NAME),
	OPTION("certform", KIND_PEM_DER, "Format of -cert and -cert2",
	    .set = config_set_certform),
	OPTION("keyform", KIND_FORMAT,
	    "Format of -key and -key2, PEM, DER or ENGINE",
	    .set = config_set_keyform),
	OPTION("pass", KIND_STRING, "Where the pass phrase of -key comes from",
	    TEXT(pass), SECRET, ONE_OF(PASS_SOURCES)),
	OPTION("cert_chain", KIND_INFILE,
	    "Further certificates of the chain of -cert, in PEM",
	    TEXT(identity.chain_file)),
	OPTION("build_chain", KIND_NONE,
	    "Complete the certificate chain from the trusted ones",
	    FLAG(build_chain)),
	OPTION("chainCAfile", KIND_INFILE,
	    "Certificates to build the server's chain from, in PEM",
	    TEXT(chain_ca_file)),
	OPTION("chainCApath", KIND_DIRECTORY,
	    "Directory of certificates to build the server's chain from",
	    TEXT(chain_ca_path)),
	OPTION("chainCAstore", KIND_URI,
	    "Store of certificates to build the server's chain from",
	    TEXT(chain_ca_store)),
	OPTION("nocert", KIND_NONE,
	    "Use no certificate: anonymous key exchange or PSK only",
	    FLAG(nocert)),
	OPTION("servername", KIND_STRING,
	    "Host name of -cert2: clients that name it get that one",
	    TEXT(servername), ONE_OF("@hosts")),
	OPTION("servername_fatal", KIND_NONE,
	    "Refuse clients that name another host (default: warn them)",
	    FLAG(servername_fatal)),
	OPTION("cert2", KIND_INFILE,
	    "Certificate for the name of -servername (default server2.pem)",
	    TEXT(identity2.cert_file)),
	OPTION("key2", KIND_INFILE,
	    "Private key of -cert2 (default: in the certificate's file)",
	    TEXT(identity2.key_file)),
	OPTION("serverinfo", KIND_STRING,
	    "File of extensions for the ServerHello, in PEM", TEXT(serverinfo),
	    FILE_NAME),
	OPTION("cert_comp", KIND_NONE, "Compress certificates at the start",
	    FLAG(cert_comp), SINCE(3, 2)),
	OPTION("no_tx_cert_comp", KIND_NONE, "Send no compressed certificates",
	    SSL_CONF, SINCE(3, 2)),
	OPTION("no_rx_cert_comp", KIND_NONE, "Take no compressed certificates",
	    SSL_CONF, SINCE(3, 2)),
	OPTION("enable_server_rpk", KIND_NONE,
	    "Send clients that want it a raw public key, no certificate",
	    FLAG(enable_server_rpk), SINCE(3, 2)),
	END_OF_SECTION,
};

static const struct option options_further[] = {
	OPTION("dcert", KIND_INFILE,
	    "Second certificate, with a key of another type",
	    TEXT(other_identity.cert_file)),
	OPTION("dkey", KIND_INFILE, "Private key of -dcert",
	    TEXT(other_identity.key_file)),
	OPTION("dcert_chain", KIND_INFILE,
	    "Further certificates of the chain of -dcert, in PEM",
	    TEXT(other_identity.chain_file)),
	OPTION("dcertform", KIND_PEM_DER, "Format of -dcert",
	    FORMAT(other_identity.cert_format)),
	OPTION("dkeyform", KIND_FORMAT, "Format of -dkey",
	    FORMAT(other_identity.key_format)),
	OPTION("dpass", KIND_STRING,
	    "Where the pass phrase of -dkey comes from", TEXT(other_pass),
	    SECRET, ONE_OF(PASS_SOURCES)),
	OPTION("xcert", KIND_INFILE, "An extra certificate",
	    .set = config_set_xcert),
	OPTION("xkey", KIND_INFILE, "Private key of an extra certificate",
	    .set = config_set_xkey),
	OPTION("xchain", KIND_INFILE, "Chain of an extra certificate",
	    .set = config_set_xchain),
	OPTION("xchain_build", KIND_NONE,
	    "Complete the chain of an extra certificate",
	    .set = config_set_xchain_build),
	OPTION("xcertform", KIND_PEM_DER, "Format of -xcert",
	    .set = config_set_xcertform),
	OPTION("xkeyform", KIND_PEM_DER, "Format of -xkey",
	    .set = config_set_xkeyform),
	END_OF_SECTION,
};

static const struct option options_client[] = {
	OPTION("verify", KIND_NUMBER,
	    "Ask clients for a certificate, of a chain up to this depth",
	    .set = config_set_verify, .argument = false),
	OPTION("Verify", KIND_NUMBER,
	    "As -verify; a client without a certificate is refused",
	    .set = config_set_verify, .argument = true),
	OPTION("verify_return_error", KIND_NONE,
	    "Refuse clients whose certificate does not verify",
	    FLAG(verify_return_error)),
	OPTION("verify_quiet", KIND_NONE,
	    "Of the verification print errors only", FLAG(verify_quiet)),
	OPTION("CAfile", KIND_INFILE, "Trusted CA certificates, in PEM",
	    TEXT(ca_file)),
	OPTION("CApath", KIND_DIRECTORY,
	    "Directory of trusted CA certificates, by hash", TEXT(ca_path)),
	OPTION("CAstore", KIND_URI, "Store of trusted CA certificates",
	    TEXT(ca_store)),
	OPTION("no-CAfile", KIND_NONE, "Do not trust the system's CA file",
	    FLAG(no_ca_file)),
	OPTION("no-CApath", KIND_NONE, "Do not trust the system's CA directory",
	    FLAG(no_ca_path)),
	OPTION("no-CAstore", KIND_NONE, "Do not trust the system's CA store",
	    FLAG(no_ca_store)),
	OPTION("verifyCAfile", KIND_INFILE,
	    "CA certificates to verify clients with, in PEM",
	    TEXT(verify_ca_file)),
	OPTION("verifyCApath", KIND_DIRECTORY,
	    "Directory of CA certificates to verify clients with",
	    TEXT(verify_ca_path)),
	OPTION("verifyCAstore", KIND_URI,
	    "Store of CA certificates to verify clients with",
	    TEXT(verify_ca_store)),
	OPTION("no_ca_names", KIND_NONE,
	    "Do not name CAs when asking for a certificate", FLAG(no_ca_names)),
	OPTION("client_sigalgs", KIND_STRING,
	    "Signature algorithms for client certificates", SSL_CONF,
	    SOME_OF(":", "@sigalgs")),
	OPTION("enable_client_rpk", KIND_NONE,
	    "Take a client's raw public key instead of a certificate",
	    FLAG(enable_client_rpk), SINCE(3, 2)),
	OPTION("expected-rpks", KIND_INFILE,
	    "Public keys that clients may have, raw or in a certificate",
	    TEXTS(expected_rpks), SINCE(3, 2)),
	OPTION(
	    "CRL", KIND_INFILE, "Certificate revocation list", TEXT(crl_file)),
	OPTION("CRLform", KIND_PEM_DER, "Format of -CRL", FORMAT(crl_format)),
	OPTION("crl_download", KIND_NONE,
	    "Fetch revocation lists from where certificates say",
	    FLAG(crl_download)),
	OPTION("crl_max_bytes", KIND_POSITIVE,
	    "Bytes of a list that -crl_download takes", INT(crl_max_bytes),
	    .maximum = CONFIG_CRL_BYTES_MAX, .initial = "67108864"),
	OPTION("nameopt", KIND_STRING, "How names in certificates are printed",
	    TEXTS(nameopt), SOME_OF(",", NAME_FORMATS)),
	END_OF_SECTION,
};

static const struct option options_validation[] = {
	OPTION("attime", KIND_INTMAX,
	    "Verify for this time, in seconds since 1970", X509),
	OPTION("no_check_time", KIND_NONE,
	    "Ignore the validity of certificates", X509),
	OPTION("verify_depth", KIND_NUMBER,
	    "Longest chain to verify, in intermediate CAs", X509),
	OPTION("auth_level", KIND_NUMBER, "Security level of chains", X509,
	    ONE_OF("0 1 2 3 4 5")),
	OPTION("purpose", KIND_STRING,
	    "What the client's certificate must be good for", X509,
	    ONE_OF(PURPOSES)),
	OPTION("verify_name", KIND_STRING,
	    "Named set of verification parameters", X509,
	    ONE_OF("default pkcs7 smime_sign ssl_client ssl_server")),
	OPTION("verify_hostname", KIND_STRING,
	    "Host name that the client's certificate must have", X509,
	    ONE_OF("@hosts")),
	OPTION("verify_email", KIND_STRING,
	    "Mail address that the client's certificate must have", X509),
	OPTION("verify_ip", KIND_STRING,
	    "IP address that the client's certificate must have", X509),
	OPTION("crl_check", KIND_NONE,
	    "Is the certificate of the client revoked?", X509),
	OPTION("crl_check_all", KIND_NONE,
	    "Is any certificate of the chain revoked?", X509),
	OPTION("extended_crl", KIND_NONE,
	    "Indirect revocation lists, lists by reason", X509),
	OPTION("use_deltas", KIND_NONE, "Delta revocation lists", X509),
	OPTION("policy", KIND_STRING, "Acceptable certificate policy", X509),
	OPTION("policy_check", KIND_NONE, "Process policies", X509),
	OPTION(
	    "explicit_policy", KIND_NONE, "Require an explicit policy", X509),
	OPTION("inhibit_any", KIND_NONE, "Do not match any policy", X509),
	OPTION("inhibit_map", KIND_NONE, "Do not map policies", X509),
	OPTION("policy_print", KIND_NONE, "Print how policies are processed",
	    X509),
	OPTION("x509_strict", KIND_NONE, "No leniency for broken certificates",
	    X509),
	OPTION("ignore_critical", KIND_NONE,
	    "Accept unknown critical extensions", X509),
	OPTION(
	    "allow_proxy_certs", KIND_NONE, "Allow proxy certificates", X509),
	OPTION("check_ss_sig", KIND_NONE, "Check the signature of root CAs too",
	    X509),
	OPTION("partial_chain", KIND_NONE,
	    "Let a chain end at any trusted certificate", X509),
	OPTION("suiteB_128", KIND_NONE, "Suite B at 128 or 192 bits", X509),
	OPTION("suiteB_128_only", KIND_NONE, "Suite B at 128 bits", X509),
	OPTION("suiteB_192", KIND_NONE, "Suite B at 192 bits", X509),
	OPTION("trusted_first", KIND_NONE,
	    "Prefer trusted certificates when building chains (default)", X509),
	OPTION("no_alt_chains", KIND_NONE, "Of no effect", X509),
	OPTION("issuer_checks", KIND_NONE, "Of no effect", X509),
	END_OF_SECTION,
};

static const struct option options_status[] = {
	OPTION("status", KIND_NONE,
	    "Staple a certificate status if the client asks for it",
	    STATUS(bool, status)),
	OPTION("status_all", KIND_NONE,
	    "As -status, and staple that of the whole chain",
	    STATUS(bool, status_all), SINCE(3, 6)),
	OPTION("status_verbose", KIND_NONE, "As -status, and print it",
	    STATUS(bool, status_verbose)),
	OPTION("status_timeout", KIND_NUMBER,
	    "Seconds an OCSP responder may take",
	    STATUS(int, status_timeout_s)),
	OPTION("status_url", KIND_STRING,
	    "Responder, if the certificate names none",
	    STATUS(const char *, status_url), LOGIN),
	OPTION("status_file", KIND_INFILE, "OCSP response to staple, in DER",
	    STATUS(struct strings, status_file)),
	OPTION("proxy", KIND_STRING, "HTTP proxy on the way to responders",
	    TEXT(proxy), LOGIN),
	OPTION("no_proxy", KIND_STRING, "Hosts to reach without the proxy",
	    TEXT(no_proxy)),
	END_OF_SECTION,
};

static const struct option options_psk[] = {
	OPTION(
	    "psk", KIND_HEX, "PSK, in hexadecimal digits", TEXT(psk), SECRET),
	OPTION("psk_identity", KIND_STRING, "PSK identity to expect",
	    TEXT(psk_identity), .initial = "Client_identity"),
	OPTION("psk_hint", KIND_STRING, "PSK identity hint to send",
	    TEXT(psk_hint)),
	OPTION("psk_session", KIND_INFILE,
	    "Session to take the PSK of TLS 1.3 from", TEXT(psk_session)),
	OPTION("srpvfile", KIND_INFILE, "SRP verifiers", .set = config_set_srp,
	    FIELD(const char *, srpvfile)),
	OPTION("srpuserseed", KIND_STRING,
	    "Seed for the salt of unknown SRP users", .set = config_set_srp,
	    FIELD(const char *, srpuserseed), SECRET),
	END_OF_SECTION,
};

static const struct option options_version[] = {
	OPTION("ssl3", KIND_NONE, "SSLv3 only", ONE_VERSION(0x0300)),
	OPTION("tls1", KIND_NONE, "TLS 1.0 only", ONE_VERSION(0x0301)),
	OPTION("tls1_1", KIND_NONE, "TLS 1.1 only", ONE_VERSION(0x0302)),
	OPTION("tls1_2", KIND_NONE, "TLS 1.2 only", ONE_VERSION(0x0303)),
	OPTION("tls1_3", KIND_NONE, "TLS 1.3 only", ONE_VERSION(0x0304)),
	OPTION("no_ssl3", KIND_NONE, "Without SSLv3", NO_VERSION),
	OPTION("no_tls1", KIND_NONE, "Without TLS 1.0", NO_VERSION),
	OPTION("no_tls1_1", KIND_NONE, "Without TLS 1.1", NO_VERSION),
	OPTION("no_tls1_2", KIND_NONE, "Without TLS 1.2", NO_VERSION),
	OPTION("no_tls1_3", KIND_NONE, "Without TLS 1.3", NO_VERSION),
	OPTION("min_protocol", KIND_STRING, "Lowest protocol version", SSL_CONF,
	    ONE_OF(PROTOCOLS)),
	OPTION("max_protocol", KIND_STRING, "Highest protocol version",
	    SSL_CONF, ONE_OF(PROTOCOLS)),
	END_OF_SECTION,
};

static const struct option options_cipher[] = {
	OPTION("cipher", KIND_STRING, "Cipher suites up to TLS 1.2", SSL_CONF,
	    SOME_OF(":", "@ciphers")),
	OPTION("ciphersuites", KIND_STRING, "Cipher suites of TLS 1.3",
	    SSL_CONF, SOME_OF(":", "@ciphersuites")),
	OPTION("serverpref", KIND_NONE,
	    "Choose by the server's order of cipher suites", SSL_CONF),
	OPTION("prioritize_chacha", KIND_NONE,
	    "ChaCha20 first if it is the client's first choice", SSL_CONF),
	OPTION("groups", KIND_STRING,
	    "Groups for the key exchange, separated by colons", SSL_CONF,
	    SOME_OF(":", "@groups")),
	OPTION("curves", KIND_STRING, "The same as -groups", SSL_CONF,
	    SOME_OF(":", "@groups")),
	OPTION("named_curve", KIND_STRING, "One curve for the key exchange",
	    SSL_CONF, ONE_OF("@groups")),
	OPTION("sigalgs", KIND_STRING,
	    "Signature algorithms, separated by colons", SSL_CONF,
	    SOME_OF(":", "@sigalgs")),
	OPTION("dhparam", KIND_INFILE, "File of DH parameters", TEXT(dhparam)),
	OPTION("no_dhe", KIND_NONE, "Load no DH parameters", FLAG(no_dhe)),
	END_OF_SECTION,
};

static const struct option options_resumption[] = {
	OPTION("no_ticket", KIND_NONE,
	    "No session tickets; in TLS 1.3 such as the server remembers",
	    SSL_CONF),
	OPTION("num_tickets", KIND_NUMBER,
	    "Tickets to send after a full TLS 1.3 handshake", SSL_CONF),
	OPTION("ticket_keys", KIND_INFILE,
	    "File with a ticket key; the first one seals, others only open",
	    TEXTS(ticket_keys)),
	OPTION("ticket_keys_format", KIND_STRING,
	    "Order in files of 48 bytes, nginx or apache (default nginx)",
	    .set = config_set_ticket_format, ONE_OF("nginx apache")),
	OPTION("ticket_rotate", KIND_NON_NEGATIVE,
	    "Seconds until a new ticket key, 0 never (default 43200)",
	    INT(ticket_rotate_s)),
	OPTION("session_timeout", KIND_POSITIVE,
	    "Seconds after which a session does not resume any more",
	    UNSIGNED(session_timeout_s), .initial = "7200"),
	OPTION("no_cache", KIND_NONE, "Keep no sessions", FLAG(no_cache)),
	OPTION("cache_size", KIND_NON_NEGATIVE,
	    "Sessions to keep for all workers (default 20480), 0 for none",
	    INT(cache_size)),
	OPTION("cache_bytes", KIND_BYTES,
	    "Bytes to keep them in (default 1024 for each)", INT64(cache_bytes),
	    .minimum = CONFIG_CACHE_BYTES_MIN),
	OPTION("ext_cache", KIND_NONE,
	    "Say what is put into the session cache and found there",
	    FLAG(ext_cache)),
	OPTION("context", KIND_STRING, "Session ID context, up to 32 bytes",
	    TEXT(context)),
	OPTION("context_hex", KIND_STRING,
	    "Session ID context in hexadecimal digits, up to 32 bytes",
	    .set = config_set_context_hex),
	OPTION("id_prefix", KIND_STRING, "Beginning of new session IDs",
	    TEXT(id_prefix)),
	OPTION("session_store", KIND_STRING,
	    "Redis server that keeps the sessions of several hosts, "
	    "redis://...",
	    .set = config_set_session_store),
	OPTION("session_store_pass", KIND_STRING,
	    "Where the password of -session_store comes from",
	    TEXT(session_store_pass), SECRET, ONE_OF(PASS_SOURCES)),
	OPTION("session_store_prefix", KIND_STRING,
	    "Beginning of the keys there", TEXT(session_store_prefix),
	    .initial = "s_server:"),
	OPTION("session_store_key", KIND_STRING,
	    "File with keys that seal sessions for the store",
	    TEXT(session_store_key), FILE_NAME),
	OPTION("session_store_timeout", KIND_POSITIVE,
	    "Milliseconds that an answer may take",
	    UNSIGNED(session_store_timeout_ms), .initial = "200",
	    .maximum = CONFIG_STORE_TIMEOUT_MAX),
	OPTION("no_resume_ephemeral", KIND_NONE,
	    "Make sessions with an ephemeral key exchange not resumable",
	    FLAG(no_resume_ephemeral)),
	OPTION("allow_no_dhe_kex", KIND_NONE,
	    "Let TLS 1.3 resume without a new key exchange", SSL_CONF),
	OPTION("prefer_no_dhe_kex", KIND_NONE,
	    "Let TLS 1.3 resume so whenever the client allows it", SSL_CONF,
	    SINCE(3, 3)),
	END_OF_SECTION,
};

static const struct option options_early[] = {
	OPTION("early_data", KIND_NONE, "Accept early data", FLAG(early_data)),
	OPTION("max_early_data", KIND_EARLY_DATA,
	    "Bytes of early data that tickets allow", INT(max_early_data)),
	OPTION("recv_max_early_data", KIND_EARLY_DATA,
	    "Bytes of early data that are taken", INT(recv_max_early_data)),
	OPTION("anti_replay", KIND_NONE,
	    "Refuse early data that is sent again (default)", SSL_CONF),
	OPTION("no_anti_replay", KIND_NONE,
	    "Do not refuse early data that is sent again", SSL_CONF),
	END_OF_SECTION,
};

static const struct option options_renegotiation[] = {
	OPTION("no_renegotiation", KIND_NONE, "No renegotiation", SSL_CONF),
	OPTION("client_renegotiation", KIND_NONE,
	    "Allow clients to renegotiate", SSL_CONF),
	OPTION("legacy_renegotiation", KIND_NONE,
	    "Allow insecure renegotiation", SSL_CONF),
	OPTION("no_resumption_on_reneg", KIND_NONE,
	    "Renegotiate with a full handshake only", SSL_CONF),
	OPTION("legacy_server_connect", KIND_NONE,
	    "For clients, refused in a server", SSL_CONF),
	OPTION("no_legacy_server_connect", KIND_NONE,
	    "For clients, refused in a server", SSL_CONF),
	END_OF_SECTION,
};

static const struct option options_protocol[] = {
	OPTION("alpn", KIND_STRING, "Protocols of ALPN, separated by commas",
	    TEXT(alpn), SOME_OF(",", "h2 http/1.1")),
	OPTION("nextprotoneg", KIND_STRING,
	    "Protocols of NPN, separated by commas", TEXT(nextprotoneg),
	    SOME_OF(",", "h2 http/1.1")),
	OPTION("stateless", KIND_NONE, "Ask TLS 1.3 clients for a cookie",
	    FLAG(stateless)),
	OPTION("ignore_unexpected_eof", KIND_NONE,
	    "Take an end without close_notify as an orderly one",
	    FLAG(ignore_unexpected_eof)),
	OPTION("comp", KIND_NONE, "Allow compression", SSL_CONF),
	OPTION("no_comp", KIND_NONE, "No compression (default)", SSL_CONF),
	OPTION("no_middlebox", KIND_NONE,
	    "TLS 1.3 without its disguise for middleboxes", SSL_CONF),
	OPTION("no_etm", KIND_NONE, "No encrypt-then-MAC", SSL_CONF),
	OPTION("no_ems", KIND_NONE, "No extended master secret", SSL_CONF,
	    SINCE(3, 2)),
	OPTION(
	    "bugs", KIND_NONE, "Bear with the bugs of old clients", SSL_CONF),
	OPTION("strict", KIND_NONE,
	    "Hold certificates to the letter of the standard", SSL_CONF),
	OPTION("debug_broken_protocol", KIND_NONE,
	    "Violate the protocol, if the library was built for it", SSL_CONF),
	END_OF_SECTION,
};

static const struct option options_record[] = {
	OPTION("max_send_frag", KIND_POSITIVE,
	    "Bytes of data in a record at most", INT(max_send_frag)),
	OPTION("split_send_frag", KIND_POSITIVE,
	    "Bytes of data for each pipeline", INT(split_send_frag)),
	OPTION("max_pipelines", KIND_POSITIVE,
	    "Records to encrypt or decrypt at once", INT(max_pipelines)),
	OPTION("read_buf", KIND_POSITIVE, "Bytes of the read buffer",
	    INT(read_buf)),
	OPTION("record_padding", KIND_STRING,
	    "Pad TLS 1.3 records to multiples of this size", SSL_CONF),
	OPTION("ktls", KIND_NONE, "Let the kernel encrypt", FLAG(ktls)),
	END_OF_SECTION,
};

static const struct option options_ech[] = {
	OPTION("ech_key", KIND_STRING,
	    "File with a key pair for Encrypted Client Hello", TEXT(ech_key),
	    SINCE(4, 0), FILE_NAME),
	OPTION("ech_dir", KIND_STRING, "Directory of such files", TEXT(ech_dir),
	    SINCE(4, 0), FOLDER_NAME),
	OPTION("ech_noretry_dir", KIND_STRING,
	    "Directory of such files that clients are not told of",
	    TEXT(ech_noretry_dir), SINCE(4, 0), FOLDER_NAME),
	OPTION("ech_trialdecrypt", KIND_NONE,
	    "Try all keys if the hello names none of them",
	    FLAG(ech_trialdecrypt), SINCE(4, 0)),
	OPTION("ech_greaseretries", KIND_NONE,
	    "Tell clients of keys that make no sense, too",
	    FLAG(ech_greaseretries), SINCE(4, 0)),
	END_OF_SECTION,
};

static const struct option options_dtls[] = {
	OPTION("dtls", KIND_NONE, "DTLS, any version",
	    .rule = RULE_ONE_PROTOCOL, .set = config_set_dtls),
	OPTION("dtls1", KIND_NONE, "DTLS 1.0 only", ONE_DTLS_VERSION(0xfeff)),
	OPTION("dtls1_2", KIND_NONE, "DTLS 1.2 only", ONE_DTLS_VERSION(0xfefd)),
	OPTION("listen", KIND_NONE,
	    "With DTLS, say when a client has returned its cookie",
	    FLAG(listen)),
	OPTION("timeout", KIND_NONE, "With DTLS, look for silence more often",
	    FLAG(timeouts)),
	OPTION("mtu", KIND_POSITIVE, "With DTLS, bytes of a packet at most",
	    INT(mtu)),
	OPTION("half_open", KIND_POSITIVE,
	    "DTLS handshakes at once at most, of all workers", INT(half_open),
	    .initial = "16384"),
	OPTION("use_srtp", KIND_STRING,
	    "SRTP profiles to offer, separated by colons", TEXT(use_srtp),
	    SOME_OF(":", SRTP_PROFILES)),
	OPTION("sctp", KIND_NONE, "DTLS over SCTP", FLAG(sctp)),
	OPTION("sctp_label_bug", KIND_NONE,
	    "Derive SCTP secrets as old versions did", FLAG(sctp_label_bug)),
	END_OF_SECTION,
};

static const struct option options_library[] = {
	OPTION("provider", KIND_STRING, "Provider to load", CONF(crypto),
	    ONE_OF("default legacy base null fips")),
	OPTION("provider-path", KIND_STRING, "Where providers are found",
	    CONF(crypto), FOLDER_NAME),
	OPTION("provparam", KIND_STRING,
	    "Parameter for the loaded providers, [provider:]name=value",
	    CONF(crypto), SECRET, SINCE(3, 5)),
	OPTION("propquery", KIND_STRING, "Properties to choose algorithms by",
	    TEXT(propquery)),
	OPTION("engine", KIND_STRING, "Engine for cryptographic operations",
	    CONF(crypto)),
	OPTION(
	    "async", KIND_NONE, "Use asynchronous cryptography", FLAG(async)),
	OPTION("ssl_config", KIND_STRING,
	    "Section of the configuration file to set up TLS from",
	    TEXT(ssl_config)),
	OPTION("rand", KIND_STRING, "Files to seed the random numbers from",
	    TEXTS(rand), FILE_NAME),
	OPTION("writerand", KIND_OUTFILE, "File to write a seed to",
	    TEXT(writerand)),
	END_OF_SECTION,
};

const struct option_section option_table[] = {
	{ "General options", options_general },
	{ "Network options", options_network },
	{ "Process options", options_process },
	{ "Mode options", options_mode },
	{ "Input options", options_input },
	{ "Output options", options_output },
	{ "Debug options", options_debug },
	{ "Certificate options", options_certificate },
	{ "Further certificate options", options_further },
	{ "Client certificate options", options_client },
	{ "Validation options", options_validation },
	{ "Status options", options_status },
	{ "Shared key options", options_psk },
	{ "Version options", options_version },
	{ "Cipher options", options_cipher },
	{ "Resumption options", options_resumption },
	{ "Early data options", options_early },
	{ "Renegotiation options", options_renegotiation },
	{ "Protocol options", options_protocol },
	{ "Record options", options_record },
	{ "Encrypted Client Hello options", options_ech },
	{ "DTLS options", options_dtls },
	{ "Library options", options_library },
	{ NULL, NULL },
};
