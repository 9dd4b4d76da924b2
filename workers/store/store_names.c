#include <netinet/in.h>
#include <string.h>

#include "base/services.h"
#include "config/config.h"
#include "shared/fetch_board.h"
#include "shared/fetch_request.h"
#include "shared/shared.h"
#include "store/store_names.h"
#include "waiting/fetching.h"

static unsigned
store_names_take(const struct fetch_answer *, struct store_address *);

int
store_names_find(void *arg, int64_t since_ms, struct store_address *address,
    unsigned *count, struct textbuf *why)
{
	const struct services *services = arg;
	const struct store_uri *uri = &services->config->store_uri;
	struct fetch_request request = { .kind = FETCH_NAMES,
		.host = uri->host,
		.port = uri->port,
		.path = "" };
	struct fetch_answer answer = { .good = false };
	enum fetch_verdict verdict;
	struct textbuf bytes;

	if (services->shared->fetches == NULL) {
		textbuf_puts(why, "the host is neither a name nor an address");
		return -1;
	}
	textbuf_init(&bytes);
	fetch_request_encode(&request, &bytes);
	verdict = fetching_ask(services, &bytes, 0, since_ms, &answer);
	textbuf_free(&bytes);
	if (verdict == FETCH_PENDING)
		return 0;
	*count = answer.good ? store_names_take(&answer, address) : 0;
	if (*count == 0)
		textbuf_printf(why, "no address: %.*s", (int)answer.size,
		    answer.size == 0 ? "" : (const char *)answer.data);
	fetch_answer_free(&answer);
	return *count == 0 ? -1 : 1;
}

static unsigned
store_names_take(
    const struct fetch_answer *answer, struct store_address *address)
{
	const size_t each = sizeof(address->address);
	unsigned count = 0;

	while (
	    count < STORE_ADDRESSES_MAX && (count + 1) * each <= answer->size) {
		memcpy(
		    &address[count].address, answer->data + count * each, each);
		address[count].size =
		    address[count].address.ss_family == AF_INET6
		    ? sizeof(struct sockaddr_in6)
		    : sizeof(struct sockaddr_in);
		count++;
	}
	return count;
}
