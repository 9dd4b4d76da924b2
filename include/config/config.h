/*
 * The configuration of the program. options.c fills it from the command line,
 * config_check() checks it; after that nothing changes it, and every module may
 * read it.
 *
 * Strings point into argv or into memory that lives as long as the program.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "config/store_uri.h"
#include "foundation/activation.h"
#include "foundation/descriptors.h"

#define CONFIG_WORKERS_MAX 1024 /* -workers */
/* -cache_bytes: room for several sessions of the greatest size */
#define CONFIG_CACHE_BYTES_MIN (128 * 1024)
/* -crl_max_bytes */
#define CONFIG_CRL_BYTES_MAX  (1024 * 1024 * 1024)
#define CONFIG_LABEL_HOST_MAX 63 /* bytes of -label_host */
#define CONFIG_CONTEXT_MAX    32 /* bytes of a session ID context */

/* -session_store_timeout: what waits for a client that goes waits no longer */
#define CONFIG_STORE_TIMEOUT_MAX (10 * 1000)
/* -id_prefix with -session_store: of 32 bytes 16 stay random */
#define CONFIG_STORE_ID_PREFIX 16

/* Of which events of a connection -log has a line. Bits. */
enum log_event {
	LOG_CONNECTION = 1, /* it has ended */
	LOG_ACCEPTED = 2,
	LOG_HANDSHAKE = 4, /* a handshake has ended, well or not */
};

/* What a connection does after its handshake. */
enum server_mode {
	MODE_INTERACTIVE, /* text to and from the console */
	MODE_REV, /* -rev: sends each line back reversed */
	MODE_ECHO, /* -echo: sends back what comes */
	MODE_WWW, /* -www: sends a status page */
	MODE_FILE, /* -WWW: sends files, and makes their HTTP header */
	MODE_HTTP, /* -HTTP: sends files that contain their HTTP header */
};

/* What the options have to know of a mode; a part of its handler. */
struct mode_traits {
	bool console; /* bytes typed at the console go to a connection */
	bool files; /* the mode serves files: -sendfile */
	bool silent; /* the mode prints nothing of a good connection */
	/* Why not with -dtls, in the stock program's words; NULL: allowed */
	const char *no_datagrams;
};

/* An option that the TLS part interprets; a list is in command line order. */
struct ssl_conf {
	STAILQ_ENTRY(ssl_conf) entry;
	const char *name; /* without its dash, as in the option table */
	const char *value; /* NULL for a flag */
};
STAILQ_HEAD(ssl_conf_list, ssl_conf);

/*
 * The format of a file, from -certform and -keyform. FORMAT_ANY: the file is
 * examined. FORMAT_ENGINE: the key is in an engine, not in a file.
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

/* An extra certificate, from -xcert. */
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

/* -console: which open connections get what is typed. */
enum console_choice { CONSOLE_OLDEST, CONSOLE_NEWEST, CONSOLE_ALL };

/* What is printed of each protocol message. */
enum message_dump {
	MESSAGES_NONE,
	MESSAGES_BYTES, /* -msg */
	MESSAGES_WORDS, /* -trace */
};

/* -ticket_keys_format: the order of the parts in a key file of 48 bytes. */
enum ticket_format { TICKET_FORMAT_NGINX, TICKET_FORMAT_APACHE };

enum address_family { FAMILY_ANY, FAMILY_IPV4, FAMILY_IPV6, FAMILY_UNIX };

struct config {
	/* The command line with its secrets masked. */
	int argc;
	char **words;
	/*
	 * The standard descriptors that were closed at the start of the
	 * program; they have been opened on the null device.
	 */
	bool closed[DESCRIPTORS_STANDARD];
	/* From the environment; whatever the options say. */
	struct activation activation;

	/* Network options */
	enum address_family family;
	const char *host; /* NULL: wildcard */
	const char *port; /* number or service name; never NULL */
	bool accept_given; /* host and port are not the default */
	const char *unix_path; /* NULL: TCP */
	bool unlink; /* -unlink */
	bool tfo; /* -tfo: TCP Fast Open */
	int64_t naccept; /* -naccept; -1: unlimited */

	/* Processes; the stock program has none of these options */
	unsigned workers; /* -workers; default: the online CPUs */
	unsigned workers_max; /* -workers_max; 0: as many as -workers */
	int ready_fd; /* -ready_fd; -1: none */
	const char *ready_file; /* -ready_file */
	const char *pid_file; /* -pidfile; NULL: none */
	bool label; /* -label */
	const char *label_host; /* -label_host; NULL: none */
	enum console_choice console; /* -console */
	bool stats_per_worker; /* -stats_per_worker */
	const char *stats_json; /* -stats_json; "-": standard output */
	bool summary; /* -summary */
	bool progress; /* -progress */
	const char *log; /* -log; "-": standard output; NULL: none */
	unsigned log_events; /* -log_events: bits of enum log_event */
	bool log_hello; /* -log_hello */
	const char *control; /* -control; NULL: none */
	/* -ctl: what this program asks another one, in place of serving */
	const char *ctl;
	int command_count;
	char **command;
	unsigned handshake_timeout_s; /* 0: never */
	unsigned idle_timeout_s;
	unsigned total_timeout_s;
	int half_open; /* -half_open: DTLS handshakes at once */

	/* The TLS library as a whole */
	struct ssl_conf_list crypto; /* -provider -provparam -engine ... */
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
	bool enable_server_rpk; /* raw public keys instead of certificates */
	bool enable_client_rpk;
	struct strings expected_rpks; /* files, each as given */
	bool cert_comp; /* -cert_comp: compress certificates at the start */
	bool nocert;
	const char *servername; /* -servername */
	bool servername_fatal;
	const char *dhparam;
	bool no_dhe;
	const char *context; /* -context */
	uint8_t context_hex[CONFIG_CONTEXT_MAX]; /* -context_hex */
	size_t context_hex_size; /* bytes; 0: not given */
	const char *alpn; /* separated by commas, as given */
	const char *nextprotoneg; /* the same */

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
	int verify_depth; /* from -verify or -Verify; negative: any */
	bool verify_return_error;
	bool verify_quiet;
	const char *ca_file;
	const char *ca_path;
	bool no_ca_file;
	bool no_ca_path;
	const char *ca_store; /* -CAstore, a URI */
	bool no_ca_store;
	/* Replace these when clients are verified: -verifyCAfile and so on */
	const char *verify_ca_file;
	const char *verify_ca_path;
	const char *verify_ca_store;
	const char *crl_file; /* -CRL */
	enum file_format crl_format; /* -CRLform */
	struct ssl_conf_list x509; /* the options of X.509 validation */
	bool no_ca_names;
	struct strings nameopt; /* -nameopt, each as given */

	/* OCSP stapling */
	bool status; /* -status, or an option that implies it */
	bool status_all; /* of the whole chain */
	bool status_verbose;
	int status_timeout_s; /* 0 or less: not given */
	struct strings status_file; /* each as given */
	/* NULL: not given */
	const char *status_url;
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
	int cache_size; /* number of sessions, 0: none; -1: not given */
	int64_t cache_bytes; /* size of their data; 0: not given */
	unsigned session_timeout_s;
	int ticket_rotate_s; /* -ticket_rotate; -1: not given, 0: never */
	struct strings ticket_keys; /* -ticket_keys, each as given */
	enum ticket_format ticket_format; /* -ticket_keys_format */
	const char *session_store; /* -session_store; NULL: none */
	struct store_uri store_uri; /* the same, in parts */
	const char *session_store_pass; /* a pass phrase source */
	const char *session_store_prefix; /* of keys */
	const char *session_store_key; /* a file; NULL: none */
	unsigned session_store_timeout_ms;

	/* Protocol */
	bool dtls; /* -dtls -dtls1 -dtls1_2 */
	bool listen; /* -listen */
	bool timeouts; /* -timeout */
	int mtu; /* -mtu, bytes of a packet; 0: not given */
	int min_version; /* from -tls1_2 and so on, such as 0x0303; 0: none */
	int max_version;
	struct ssl_conf_list ssl_conf; /* options that SSL_CONF_cmd(3) takes */
	const char *ech_key; /* a file; NULL: none */
	const char *ech_dir; /* NULL: none */
	const char *ech_noretry_dir;
	bool ech_trialdecrypt;
	bool ech_greaseretries;
	bool ignore_unexpected_eof;
	const char *use_srtp; /* profiles; NULL: none */
	bool sctp;
	bool sctp_label_bug;
	bool ktls;

	bool async;

	/* Records; in bytes except max_pipelines; 0: not given */
	int max_send_frag;
	int split_send_frag;
	int max_pipelines; /* a number of pipelines */
	int read_buf;

	/* What the server does and prints */
	enum server_mode mode;
	const struct mode_traits *traits; /* of the mode; set by main */
	bool quiet; /* -quiet, or implied by -brief */
	bool brief; /* -brief, or implied by -rev */
	bool debug;
	enum message_dump messages; /* the last of -msg and -trace */
	bool tlsextdebug;
	const char *msgfile; /* NULL: standard output */
	bool state;
	int security_debug; /* prints 1: what is refused, 2: all, 0: nothing */
	bool crlf;
	bool nbio;
	bool nbio_test;
	bool ign_eof;
	bool http_server_binmode;
	bool sendfile;
	bool zerocopy_sendfile; /* includes sendfile */
	const char *keymatexport; /* label */
	int keymatexportlen; /* bytes, default 20 */
	const char *keylogfile;
};

/* Set every field to its default. words: the masked command line (masking.h) */
void config_init(struct config *, int argc, char **words);

/*
 * Do the checks that need more than one option; may be called only if traits is
 * set. Returns 0, or -1 with the error already printed.
 */
int config_check(const struct config *);

/* Returns true if the kernel is to send files. */
bool config_sends_by_kernel(const struct config *);

/* Returns true if keys for Encrypted Client Hello are given. */
bool config_has_ech_keys(const struct config *);

/* Returns how many workers of a generation there may be. */
unsigned config_workers_max(const struct config *);

/* Returns false if no sessions are kept, so that only tickets resume. */
bool config_keeps_sessions(const struct config *);

/*
 * Returns true if something may have to be fetched from an HTTP server, or a
 * name to be looked up.
 */
bool config_fetches(const struct config *);
/* Does anybody ask which connections are open? */
bool config_knows_connections(const struct config *);
/* Returns the time limit of a fetch in ms. */
int config_fetch_limit_ms(const struct config *);

/* Returns true if a handshake runs as a job (ASYNC_start_job(3)). */
bool config_uses_jobs(const struct config *);

/* Returns true if a connection in this mode gets what is typed. */
bool config_uses_console(const struct config *);
/*
 * Returns true if somebody will ask what a client offered, or why a handshake
 * failed.
 */
bool config_watches_handshakes(const struct config *);
/* True if the options let it print nothing of a good connection. */
bool config_is_silent(const struct config *);

#endif
