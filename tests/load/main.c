/*
 * tls_load: many TLS clients at once in one process, for the tests and the
 * measurements of s_server. "tls_load --help" lists the options.
 *
 * Prints a line for each worker that the answers named ("worker 3: served 25
 * resumed 25"), then the other counts, and as the last line
 *
 *	ok 200 failed 0 resumed 0 p50 1.234 ms p99 5.678 ms
 *
 * With --resume, ok and failed count pairs. The times are those from the
 * connect to the end of the handshake; a line "answers" before has the times to
 * the end of the answer. The exit status is 0 if nothing failed.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "client.h"
#include "engine.h"
#include "report.h"
#include "settings.h"
#include "tls.h"

static void main_raise_descriptor_limit(void);

int
main(int argc, char **argv)
{
	struct settings settings;
	struct report report = { 0 };
	struct client_world world = { &settings, &report, NULL };
	int64_t took_us;
	int status = 1;

	signal(SIGPIPE, SIG_IGN);
	main_raise_descriptor_limit();
	if (settings_parse(&settings, argc, argv) == 0 &&
	    (world.ctx = tls_open(&settings)) != NULL &&
	    engine_run(&world, &took_us) == 0) {
		report_print(&report, settings.sequential, took_us);
		status = report.failed == 0 ? 0 : 1;
	}
	SSL_CTX_free(world.ctx);
	report_free(&report);
	settings_free(&settings);
	return status;
}

static void
main_raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		warn("cannot raise the limit of descriptors");
}
