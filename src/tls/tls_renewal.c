#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "sessions/ticket_files.h"
#include "sessions/ticket_keys.h"
#include "tls/identity/tls_file.h"
#include "tls/tls_context.h"
#include "tls/tls_renewal.h"

/* The beginning of our lines; other lines are libssl's or stock's. */
#define RENEWAL_OURS "s_server: "
/* The beginning of a line that is not an error. */
#define RENEWAL_ASIDE "Security callback: "
/*
 * The place of the reason in a line of libssl: thread, "error", code, library,
 * function, reason.
 */
#define RENEWAL_REASON 5

static bool renewal_can_read(const struct config *);
static bool renewal_can_read_identity(const struct identity *);
static bool renewal_is_regular(const char *);
static void renewal_hear(enum text_stream, const void *, size_t, void *);
static void renewal_warn(char *);
static void renewal_complain(char *);
static const char *renewal_reason(char *);

struct tls_context *
tls_renewal_make(const struct config *config, struct ticket_key_list *keys,
    tls_renewal_more *more, void *arg)
{
	struct tls_context *tls;
	struct textbuf words;
	bool good;

	ticket_key_list_wipe(keys);
	if (!renewal_can_read(config))
		return NULL;
	if ((tls = calloc(1, sizeof(*tls))) == NULL)
		fatalx("out of memory");
	textbuf_init(&words);
	text_divert(renewal_hear, &words);
	good = tls_context_open(tls, config) == 0 &&
	    ticket_files_load(config->ticket_keys.item,
		config->ticket_keys.count,
		config->ticket_format == TICKET_FORMAT_APACHE, keys) == 0 &&
	    more(arg) == 0;
	text_divert(NULL, NULL);
	/* At the start it is left out; then nothing serves yet. */
	if (good && tls->ech.skipped != NULL) {
		textbuf_printf(&words, RENEWAL_OURS "%s: no ECH key pair\n",
		    tls->ech.skipped);
		good = false;
	}
	if (good) {
		renewal_warn(words.data);
	} else {
		renewal_complain(words.data);
		tls_context_close(tls);
		free(tls);
		tls = NULL;
	}
	textbuf_free(&words);
	return tls;
}

static bool
renewal_can_read(const struct config *config)
{
	const char *const files[] = { config->dhparam, config->ca_file,
		config->verify_ca_file, config->crl_file, config->psk_session,
		config->srpvfile, config->chain_ca_file, config->serverinfo,
		config->ech_key };
	const struct extra_identity *extra;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!renewal_is_regular(files[i]))
			return false;
	for (i = 0; i < config->status_file.count; i++)
		if (!renewal_is_regular(config->status_file.item[i]))
			return false;
	for (i = 0; i < config->expected_rpks.count; i++)
		if (!renewal_is_regular(config->expected_rpks.item[i]))
			return false;
	TAILQ_FOREACH (extra, &config->extra, entry)
		if (!renewal_can_read_identity(&extra->identity))
			return false;
	return renewal_can_read_identity(&config->identity) &&
	    renewal_can_read_identity(&config->identity2) &&
	    renewal_can_read_identity(&config->other_identity);
}

static bool
renewal_can_read_identity(const struct identity *identity)
{
	return renewal_is_regular(identity->cert_file) &&
	    renewal_is_regular(identity->key_file) &&
	    renewal_is_regular(identity->chain_file);
}

/*
 * Returns false (reported) if the path is not a regular file. Returns true for
 * NULL, and for a missing file and other URIs, which are reported elsewhere.
 */
static bool
renewal_is_regular(const char *path)
{
	struct stat status;

	if (path == NULL)
		return true;
	if (stat(tls_file_path(path), &status) == -1 || S_ISREG(status.st_mode))
		return true;
	log_warnx(
	    "nothing is reloaded: %s is not a file that can be read again",
	    path);
	return false;
}

/* A text_sink that collects the text for standard error. */
static void
renewal_hear(
    enum text_stream stream, const void *data, size_t size, void *words)
{
	if (stream == TEXT_ERR)
		textbuf_append(words, data, size);
}

static void
renewal_warn(char *words)
{
	char *line;

	while ((line = strsep(&words, "\n")) != NULL)
		if (strncmp(line, RENEWAL_OURS, strlen(RENEWAL_OURS)) == 0)
			log_warnx("%s", line + strlen(RENEWAL_OURS));
}

/*
 * Prints one line. If one of the lines is ours, which names the bad file, it is
 * printed; otherwise the line that says what failed, with the last reason of
 * the library, which is the most precise one.
 */
static void
renewal_complain(char *words)
{
	const char *what = NULL, *reason = NULL, *last;
	char *line;

	while ((line = strsep(&words, "\n")) != NULL)
		if (strncmp(line, RENEWAL_OURS, strlen(RENEWAL_OURS)) == 0) {
			what = line + strlen(RENEWAL_OURS);
			reason = NULL;
		} else if (what == NULL) {
			/* A line of -security_debug is not an error. */
			if (strncmp(line, RENEWAL_ASIDE,
				strlen(RENEWAL_ASIDE)) != 0)
				what = line;
		} else if ((last = renewal_reason(line)) != NULL) {
			reason = last;
		}
	log_warnx("nothing is reloaded: %s%s%s",
	    what != NULL ? what : "out of memory", reason != NULL ? ": " : "",
	    reason != NULL ? reason : "");
}

/* Returns NULL if the line is not the library's. */
static const char *
renewal_reason(char *line)
{
	const char *field = NULL;
	int i;

	for (i = 0; i <= RENEWAL_REASON; i++) {
		field = strsep(&line, ":");
		if (i == 1 && (field == NULL || strcmp(field, "error") != 0))
			return NULL;
	}
	return field;
}
