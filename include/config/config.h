/*
 * The one configuration: filled by options.c from the command line, checked by
 * config_check(), constant from then on, read by everybody.
 *
 * Strings point into argv or into memory that lives as long as the program.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "foundation/descriptors.h"

#define CONFIG_WORKERS_MAX 1024 /* -workers */
/* -cache_bytes: several sessions of any size that is stored */
#define CONFIG_CACHE_BYTES_MIN (128 * 1024)
/* -crl_max_bytes */
#define CONFIG_CRL_BYTES_MAX  (1024 * 1024 * 1024)
#define CONFIG_LABEL_HOST_MAX 63 /* bytes of -label_host */
#define CONFIG_CONTEXT_MAX    32 /* bytes of a session ID context */

/* What a connection does once it is shaken hands with. */
enum server_mode {
	MODE_INTERACTIVE, /* text to and from the console */
	MODE_REV, /* -rev: each line comes back reversed */
	MODE_ECHO, /* -echo: what comes goes back */
	MODE_WWW, /* -www: a status page */
	MODE_FILE, /* -WWW: files with a made-up header */
	MODE_HTTP, /* -HTTP: files that hold their own header */
};

/* An option that the TLS part makes sense of, in command line order. */
struct ssl_conf {
	STAILQ_ENTRY(ssl_conf) entry;
	const char *name; /* without its dash, as in the option table */
	const char *value; /* NULL for a flag */
};
STAILQ_HEAD(ssl_conf_list, ssl_conf);

/*
 * What -certform and -keyform say of a file; any: found out by looking. A key
 * of an engine is not in a file at all.
 */
enum file_format { FORMAT_ANY, FORMAT_PEM, FORMAT_DER, FORMAT_ENGINE };

/* A certificate with its key and chain, as the options name them. */
struct identity {
	const char *cert_file; /* NULL: not given */
	const char *key_file; /* NULL: the certificate's file */
	const char *chain_file; /* NULL: none */
	enum file_format cert_format; /* -certform */
	enum file_format key_format; /* -keyform */
};

/* One of -xcert. */
struct extra_identity {
	TAILQ_ENTRY(extra_identity) entry;
	struct identity identity;
	bool build_chain; /* -xchain_build */
};
TAILQ_HEAD(extra_identity_list, extra_identity);

/* A list of option values, in command line order. */
struct strings {
	const char **item;
	size_t count;
};

/* -console: which of the open connections is typed to. */
enum console_choice { CONSOLE_OLDEST, CONSOLE_NEWEST, CONSOLE_ALL };

/* What is printed of each protocol message. */
enum message_dump {
	MESSAGES_NONE,
	MESSAGES_BYTES, /* -msg */
	MESSAGES_WORDS, /* -trace */
};

/* The order of the parts in a file of 48 bytes. */
enum ticket_format { TICKET_FORMAT_NGINX, TICKET_FORMAT_APACHE };

enum address_family { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6, FAMILY_UNIX };

struct config {
	/* The command line as others may see it: secrets are masked. */
	int argc;
	char **words;
	/* Standard descriptors that were closed then; now the null device. */
	bool closed[DESCRIPTORS_STANDARD];

	/* Network options */
	enum address_family family;
	const char *host; /* NULL: wildcard */
	const char *port; /* number or service name; never NULL */
	const char *unix_path; /* NULL: TCP */
	bool unlink; /* -unlink */
	int64_t naccept; /* -naccept; -1: unlimited */

	/* Processes (ours) */
	unsigned workers; /* -workers; default: the online CPUs */
	int ready_fd; /* -ready_fd; -1: none */
	const char *ready_file; /* -ready_file */
	bool label; /* -label */
	const char *label_host; /* -label_host; NULL: none */
	enum console_choice console; /* -console */
	bool stats_per_worker; /* -stats_per_worker */
	const char *stats_json; /* -stats_json; "-": standard output */
	unsigned handshake_timeout_s; /* 0: never */
	unsigned idle_timeout_s;
	unsigned total_timeout_s;
	int half_open; /* -half_open: DTLS handshakes at once */

	/* The TLS library as a whole */
	struct ssl_conf_list crypto; /* -provider -provider-path -engine */
	const char *propquery; /* -propquery */
	struct strings rand; /* -rand, each as given */
	const char *writerand; /* -writerand */
	const char *ssl_config; /* -ssl_config, a section */

	/* Identity options */
	struct identity identity; /* -cert -key -cert_chain */
	struct identity identity2; /* -cert2 -key2 */
	struct identity other_identity; /* -dcert -dkey -dcert_chain */
	struct extra_identity_list extra; /* -xcert -xkey -xchain */
	const char *pass; /* -pass, a pass phrase source */
	const char *other_pass; /* -dpass, for -dkey */
	bool build_chain; /* -build_chain */
	const char *chain_ca_file; /* -chainCAfile */
	const char *chain_ca_path;
	const char *chain_ca_store;
	const char *serverinfo; /* -serverinfo, a file */
	bool nocert;
	const char *servername; /* -servername */
	bool servername_fatal;
	const char *dhparam;
	bool no_dhe;
	const char *context; /* -context */
	uint8_t context_hex[CONFIG_CONTEXT_MAX]; /* -context_hex */
	size_t context_hex_size; /* bytes; 0: not given */
	const char *alpn; /* comma separated, as given */
	const char *nextprotoneg; /* likewise */

	/* Keys shared with clients */
	const char *psk; /* hexadecimal digits; NULL: none */
	const char *psk_identity;
	const char *psk_hint; /* NULL: none */
	const char *psk_session; /* a file; NULL: none */
	const char *srpvfile; /* NULL: none */
	const char *srpuserseed;

	/* Verification */
	bool verify; /* -verify or -Verify was given */
	bool verify_must; /* -Verify: no certificate is an error */
	int verify_depth; /* of -verify/-Verify; negative: any */
	bool verify_return_error;
	bool verify_quiet;
	const char *ca_file;
	const char *ca_path;
	bool no_ca_file;
	bool no_ca_path;
	const char *ca_store; /* -CAstore, a URI */
	bool no_ca_store;
	/* Instead of these, for clients: -verifyCAfile and so on */
	const char *verify_ca_file;
	const char *verify_ca_path;
	const char *verify_ca_store;
	const char *crl_file; /* -CRL */
	enum file_format crl_format; /* -CRLform */
	struct ssl_conf_list x509; /* the options of X.509 validation */
	bool no_ca_names;
	struct strings nameopt; /* -nameopt, each as given */

	/* OCSP stapling */
	bool status; /* -status, or one of those that imply it */
	bool status_verbose;
	int status_timeout_s; /* 0 and below: none given */
	const char *status_url; /* NULL: not given, as all here */
	const char *status_file;
	const char *proxy;
	const char *no_proxy;
	bool crl_download;
	int crl_max_bytes; /* of a list */

	/* Sessions */
	bool early_data;
	bool stateless;
	int max_early_data; /* bytes; -1: not given */
	int recv_max_early_data; /* bytes; -1: not given */
	bool no_cache;
	bool ext_cache;
	bool no_resume_ephemeral;
	const char *id_prefix; /* NULL: none */
	int cache_size; /* sessions, 0: none; -1: not given */
	int64_t cache_bytes; /* of their data; 0: not given */
	unsigned session_timeout_s;
	int ticket_rotate_s; /* -ticket_rotate; -1: not given, 0: never */
	struct strings ticket_keys; /* -ticket_keys, each as given */
	enum ticket_format ticket_format; /* -ticket_keys_format */

	/* Protocol */
	bool dtls; /* -dtls -dtls1 -dtls1_2 */
	bool listen; /* -listen */
	bool timeouts; /* -timeout */
	int mtu; /* -mtu, bytes of a packet; 0: not given */
	int min_version; /* of -tls1_2 and so on, 0x0303; 0: none */
	int max_version;
	struct ssl_conf_list ssl_conf; /* all options of the SSL_CONF kind */
	bool ignore_unexpected_eof;
	const char *use_srtp; /* profiles; NULL: none */
	bool sctp;
	bool sctp_label_bug;
	bool ktls;

	bool async;

	/* Records; bytes, 0: not given */
	int max_send_frag;
	int split_send_frag;
	int max_pipelines; /* a number of them */
	int read_buf;

	/* What is done and printed */
	enum server_mode mode;
	bool quiet; /* -quiet, or implied by -brief */
	bool brief; /* -brief, or implied by -rev */
	bool debug;
	enum message_dump messages; /* the last of -msg and -trace */
	bool tlsextdebug;
	const char *msgfile; /* NULL: standard output */
	bool state;
	int security_debug; /* 1: what is refused, 2: all; 0: nothing */
	bool crlf;
	bool nbio;
	bool nbio_test;
	bool ign_eof;
	bool http_server_binmode;
	bool sendfile;
	const char *keymatexport; /* label */
	int keymatexportlen; /* bytes, default 20 */
	const char *keylogfile;
};

/*
 * Set every field to its default. The words are those that others may see.
 */
void config_init(struct config *, int argc, char **words);

/*
 * The checks that need more than one option (behaviour.md section 2.2).
 * Returns 0, or -1 with the error already printed.
 */
int config_check(const struct config *);

/* False: nothing is kept for sessions, only tickets resume. */
bool config_keeps_sessions(const struct config *);

/* True if something may have to be fetched from an HTTP server. */
bool config_fetches(const struct config *);
/* How long that may take, in ms. */
int config_fetch_limit_ms(const struct config *);

/* True if handshakes are jobs, which can be left in the middle. */
bool config_uses_jobs(const struct config *);

/* True if bytes typed at the console go to a connection in this mode. */
bool config_uses_console(const struct config *);

#endif
