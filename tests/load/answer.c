#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"

#define ANSWER_MAX (1024 * 1024)

bool
answer_append(struct answer *answer, const char *data, size_t size)
{
	char *longer;

	if (answer->size + size > ANSWER_MAX)
		return true;
	if ((longer = realloc(answer->data, answer->size + size)) == NULL) {
		errno = ENOMEM;
		return false;
	}
	memcpy(longer + answer->size, data, size);
	answer->data = longer;
	answer->size += size;
	return true;
}

bool
answer_holds(const struct answer *answer, const char *text, size_t size)
{
	return answer->data != NULL &&
	    memmem(answer->data, answer->size, text, size) != NULL;
}

/* Looks for the line "Worker: 3", which -www with -label writes. */
unsigned
answer_worker(const struct answer *answer)
{
	static const char label[] = "\nWorker: ";
	const char *at, *end;
	unsigned worker = 0;

	if (answer->data == NULL)
		return 0;
	end = answer->data + answer->size;
	at = memmem(answer->data, answer->size, label, sizeof(label) - 1);
	if (at == NULL)
		return 0;
	for (at += sizeof(label) - 1; at < end && *at >= '0' && *at <= '9';
	     at++)
		worker = worker * 10 + (unsigned)(*at - '0');
	return worker;
}

void
answer_free(struct answer *answer)
{
	free(answer->data);
}
