/*
 * The functions that libFuzzer calls. Its own time limit uses the wall clock,
 * which is too strict on a busy machine. This one uses the processor's time: an
 * input that takes more than FUZZ_INPUT_S seconds (by default 5) is reported as
 * one that does not end, after twice this time at the latest.
 */
#include <sys/time.h>

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_S "5"

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static _Atomic unsigned begun, ended;

static void
on_tick(int number)
{
	static const char text[] = "this input does not end\n";
	static unsigned last;
	unsigned now = begun;

	(void)number;
	if (now != ended && now == last) {
		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		abort();
	}
	last = now;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *setting = getenv("FUZZ_INPUT_S");
	long limit_s = strtol(setting != NULL ? setting : INPUT_S, NULL, 10);
	struct itimerval every = { { limit_s, 0 }, { limit_s, 0 } };
	struct sigaction action = { .sa_handler = on_tick,
		.sa_flags = SA_RESTART };

	(void)argc;
	(void)argv;
	HOLDS(limit_s > 0);
	HOLDS(sigaction(SIGVTALRM, &action, NULL) == 0);
	HOLDS(setitimer(ITIMER_VIRTUAL, &every, NULL) == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begun++;
	fuzz_input(data, size);
	ended++;
	return 0;
}
