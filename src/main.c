/*
 * The table of contents of a start: the only file that knows both the master
 * and the workers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "config/masking.h"
#include "config/options.h"
#include "fetch/fetcher.h"
#include "foundation/activation.h"
#include "foundation/descriptors.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/proctitle.h"
#include "foundation/secrets.h"
#include "foundation/signals.h"
#include "foundation/text.h"
#include "handlers/handlers.h"
#include "link/dtls.h"
#include "link/stateless.h"
#include "link/witness.h"
#include "master/control.h"
#include "master/control_ask.h"
#include "master/control_socket.h"
#include "master/listener.h"
#include "master/master.h"
#include "master/pid_file.h"
#include "master/pool.h"
#include "master/printer.h"
#include "master/ready.h"
#include "master/record_file.h"
#include "master/ticket_rotation.h"
#include "master/title.h"
#include "net/transport.h"
#include "resumption/resumption.h"
#include "resumption/tickets.h"
#include "sessions/ticket_files.h"
#include "sessions/ticket_keys.h"
#include "shared/accept_turn.h"
#include "shared/shared.h"
#include "sizes.h"
#include "store/store_access.h"
#include "store/store_keys.h"
#include "text/tracing.h"
#include "tls/base/crypto_memory.h"
#include "tls/base/crypto_setup.h"
#include "tls/base/tls_random.h"
#include "tls/base/versions.h"
#include "tls/identity/passphrase.h"
#include "tls/identity/self_signed.h"
#include "tls/keylog.h"
#include "tls/tls_context.h"
#include "tls/tls_features.h"
#include "tls/tls_renewal.h"
#include "tls/verify_param.h"
#include "waiting/crl_download.h"
#include "waiting/stapling.h"
#include "worker.h"

/* So long may a reader of the errors at start take. */
#define MAIN_OUTPUT_MS 2000
/* Descriptors of all that there is once, and of what is read on HUP. */
#define MAIN_DESCRIPTORS 16

/* What is read again on HUP, beside what libssl needs. */
struct main_renewal {
	const struct config *config;
	struct store_keys keys;
};

static int main_check_descriptors(const struct config *);
static int main_say_lost(void);
static int main_ask(const struct config *);
static int main_serve(struct config *);
static int main_open(struct master_setup *, struct worker_setup *);
static void main_open_output(struct master_setup *);
static void main_close_output(struct master_setup *);
static int main_close(const struct worker_setup *);
static void main_last_words(void *);
static void main_close_logs(void);
static int
main_prepare(const struct config *, struct worker_setup *, struct listener *);
static int main_install(struct tls_context *);
static int main_renew(void *);
static int main_renew_store(void *);
static void main_close_tls(struct tls_context *);
static void
main_take_ticket_keys(struct ticket_keys *, struct ticket_key_list *);
static int main_load_ticket_keys(const struct config *, struct ticket_keys *);

int
main(int argc, char **argv)
{
	static const struct option_judge judge = { verify_param_judge,
		tls_features_judge };
	bool closed[DESCRIPTORS_STANDARD];
	struct config config;
	char **words;
	int parsed;

	proctitle_init(argc, argv, environ);
	words = masking_words(argc, argv);
	title_master(argc, words);
	descriptors_fill_standard(closed);
	text_open();
	signals_ignore_of_writing();
	crypto_memory_install();
	tls_features_choose_wordings();
	config_init(&config, argc, words);
	memcpy(config.closed, closed, sizeof(closed));
	if (activation_take(&config.activation) == -1)
		return 1;
	parsed = options_parse(&config, argc, argv, &judge);
	if (parsed == OPTIONS_VERSION)
		versions_print();
	if (parsed == OPTIONS_CTL)
		return main_ask(&config);
	if (parsed != 0)
		return parsed == -1 || main_say_lost() == -1 ? 1 : 0;
	config.traits = &handlers_find(config.mode)->traits;
	/* For -ready_fd and -log, while all that is open is the caller's. */
	if (config_check(&config) == -1 || ready_check(&config) == -1 ||
	    record_file_check(&config) == -1)
		return 1;
	return main_serve(&config);
}

/* An answer in place of a server: returns -1 (reported) if it did not go out.
 */
static int
main_say_lost(void)
{
	if ((errno = text_lost()) == 0)
		return 0;
	log_warn("standard output");
	return -1;
}

/* -ctl: returns the exit status. */
static int
main_ask(const struct config *config)
{
	int status;

	proctitle_set("asks %s", config->ctl);
	status =
	    control_ask(config->ctl, config->command_count, config->command);
	return main_say_lost() == -1 ? 1 : status;
}

static int
main_serve(struct config *config)
{
	struct listener listener;
	struct printer printer;
	struct pid_file pid_file = { .handle = NULL };
	struct control_socket control = { .fd = -1 };
	struct shared shared;
	struct record_file log = { .way = RECORD_NOWHERE };
	struct tickets tickets = { .aes_128 = NULL };
	struct store_access store = { .password = NULL };
	struct worker_setup setup = { config, NULL, &shared, &tickets, -1,
		listener.address, false, NULL, &store };
	struct fetcher_setup fetcher = { config, NULL, listener.address };
	struct master_setup master = {
		.config = config,
		.printer = &printer,
		.listener = &listener,
		.pid_file = &pid_file,
		.control = &control,
		.shared = &shared,
		.log = &log,
		.library = versions_library(),
		.randomness = &tls_random,
		.child = {
			[MASTER_WORKER] = { config_workers_max(config),
				config->workers, worker_run, &setup },
			[MASTER_FETCHER] = { config_fetches(config),
				config_fetches(config), fetcher_run, &fetcher },
		},
		.prepare = main_renew,
		.prepare_arg = &setup,
		.close_logs = main_close_logs,
	};
	int status = 1;

	main_open_output(&master);
	setup.one_outlet = printer.shared;
	if (main_open(&master, &setup) == 0) {
		fetcher.board = shared.fetches;
		status = master_run(&master);
		shared_close(&shared);
	} else {
		record_file_close(&log, 0);
		printer_finish(&printer, MAIN_OUTPUT_MS);
		control_socket_close(&control);
		pid_file_remove(&pid_file);
	}
	main_close_output(&master);
	return main_close(&setup) == -1 ? 1 : status;
}

/* Returns 0, or -1 (reported). */
static int
main_open(struct master_setup *master, struct worker_setup *setup)
{
	const struct config *config = master->config;

	if (pid_file_open(master->pid_file, config->pid_file) == -1 ||
	    record_file_open(master->log, config, master->printer) == -1 ||
	    control_socket_open(master->control, config->control) == -1 ||
	    main_prepare(config, setup, master->listener) == -1 ||
	    record_file_share(master->log, master->shared->board) == -1)
		return -1;
	if (config->log != NULL)
		setup->log = &master->log->file;
	master->keylog_fd = keylog_fd();
	master->messages_fd = tracing_fd();
	return 0;
}

static void
main_open_output(struct master_setup *master)
{
	const struct config *config = master->config;

	printer_open(master->printer);
	text_set_sink(printer_write, master->printer);
	log_before_exit(main_last_words, master);
	text_silence_out(config->quiet && !config->debug);
}

static void
main_close_output(struct master_setup *master)
{
	log_before_exit(NULL, NULL);
	text_set_sink(NULL, NULL);
	printer_close(master->printer);
}

/* All that main_prepare opened, but for what ends with the master. */
static int
main_close(const struct worker_setup *setup)
{
	main_close_tls(setup->tls);
	self_signed_close();
	secrets_close();
	store_access_close(setup->store);
	tickets_close(setup->tickets);
	witness_close();
	transport_close();
	return crypto_setup_close(setup->config);
}

/* A fatal error's. */
static void
main_last_words(void *arg)
{
	struct master_setup *master = arg;

	printer_finish(master->printer, MAIN_OUTPUT_MS);
	control_socket_close(master->control);
	pid_file_remove(master->pid_file);
}

/* When no worker writes to them any more. */
static void
main_close_logs(void)
{
	keylog_close();
	tracing_close();
}

/*
 * All that is read, made and bound once, before the first fork. What fails
 * later is what the machine has too little of, or somebody who changes files.
 */
static int
main_prepare(const struct config *config, struct worker_setup *setup,
    struct listener *listener)
{
	struct shared_sizes sizes;

	sizes_of_shared(&sizes, config, POOL_GENERATIONS);
	descriptors_raise_limit();
	if (main_check_descriptors(config) == -1)
		return -1;
	if ((setup->tls = calloc(1, sizeof(*setup->tls))) == NULL)
		fatalx("out of memory");
	if (crypto_setup_open(config) == -1 ||
	    ticket_rotation_check(config) == -1 || tracing_open(config) == -1 ||
	    transport_open() == -1 ||
	    tls_context_open(setup->tls, config) == -1 ||
	    tickets_open(setup->tickets) == -1 ||
	    shared_open(setup->shared, &sizes, &tls_random) == -1 ||
	    keylog_share(&setup->shared->board->key_log) == -1 ||
	    tracing_share(&setup->shared->board->messages) == -1 ||
	    main_load_ticket_keys(config, setup->shared->ticket_keys) == -1)
		return -1;
	setup->tickets->keys = setup->shared->ticket_keys;
	witness_open(config);
	if (store_access_open(setup->store, config) == -1)
		return -1;
	passphrase_seal();
	if (main_install(setup->tls) == -1 ||
	    listener_open(listener, config) == -1)
		return -1;
	setup->listener_fd = listener->fd;
	return 0;
}

/* A server that lacks some later could not even end in order. */
static int
main_check_descriptors(const struct config *config)
{
	unsigned each =
	    PROCESS_DESCRIPTORS + ACCEPT_TURN_DESCRIPTORS * POOL_GENERATIONS;
	char what[64];

	snprintf(what, sizeof(what), "-workers%s %u",
	    config->workers_max != 0 ? "_max" : "", config_workers_max(config));
	return descriptors_check(config_workers_max(config) * each +
		MAIN_DESCRIPTORS +
		(config->control != NULL ? CONTROL_DESCRIPTORS : 0),
	    what);
}

/* What libssl is to ask the workers. */
static int
main_install(struct tls_context *tls)
{
	resumption_install(tls);
	stateless_install(tls->ctx);
	dtls_install(tls->ctx);
	if (tls->ctx2 != NULL) {
		stateless_install(tls->ctx2);
		dtls_install(tls->ctx2);
	}
	crl_download_install(tls);
	return stapling_install(tls);
}

/*
 * HUP: a reload_prepare. Workers have copies of what is freed here. Ticket
 * keys, which even those see that serve, come when nothing can fail any more.
 */
static int
main_renew(void *arg)
{
	struct worker_setup *setup = arg;
	struct main_renewal more = { .config = setup->config };
	struct ticket_key_list keys;
	struct tls_context *tls;

	tls = tls_renewal_make(setup->config, &keys, main_renew_store, &more);
	if (tls == NULL || main_install(tls) == -1 || fault_fails("renew")) {
		store_keys_close(&more.keys);
		ticket_key_list_wipe(&keys);
		if (tls != NULL)
			main_close_tls(tls);
		return -1;
	}
	if (more.keys.count > 0)
		store_access_take_keys(setup->store, &more.keys);
	main_take_ticket_keys(setup->shared->ticket_keys, &keys);
	main_close_tls(setup->tls);
	setup->tls = tls;
	return 0;
}

static int
main_renew_store(void *arg)
{
	struct main_renewal *more = arg;

	return store_access_read_keys(more->config, &more->keys);
}

static void
main_close_tls(struct tls_context *tls)
{
	if (tls == NULL)
		return;
	tls_context_close(tls);
	free(tls);
}

static int
main_load_ticket_keys(const struct config *config, struct ticket_keys *keys)
{
	struct ticket_key_list list;

	if (ticket_files_load(config->ticket_keys.item,
		config->ticket_keys.count,
		config->ticket_format == TICKET_FORMAT_APACHE, &list) == -1)
		return -1;
	main_take_ticket_keys(keys, &list);
	return 0;
}

/* Without files the server's own keys stay. Wipes the list. */
static void
main_take_ticket_keys(struct ticket_keys *keys, struct ticket_key_list *list)
{
	if (list->count > 0)
		ticket_keys_publish(keys, list);
	ticket_key_list_wipe(list);
}
