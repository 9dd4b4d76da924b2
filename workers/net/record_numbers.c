#include "net/record_numbers.h"

/* RFC 6347, section 4.1: type, version, epoch, number, length. */
#define TYPE_MIN       20
#define TYPE_HANDSHAKE 22
#define TYPE_MAX       24
#define VERSION_AT     1
#define VERSION_MAJOR  0xfe
#define EPOCH_AT       3
#define NUMBER_AT      5
#define LENGTH_AT      11

static uint64_t record_numbers_first(const struct record_numbers *);
static size_t record_size(const uint8_t *);
static bool record_is_epoch_0(const uint8_t *);
static uint64_t record_number(const uint8_t *);
static void record_put_number(uint8_t *, uint64_t);
static bool record_in_clear(const uint8_t *);

void
record_numbers_init(struct record_numbers *numbers, const uint8_t *number)
{
	*numbers = (struct record_numbers){ .hello = record_number(number) };
}

void
record_numbers_hello(const struct record_numbers *numbers, uint8_t *number)
{
	record_put_number(number, numbers->hello);
}

void
record_numbers_begin(struct record_numbers *numbers)
{
	numbers->begun = true;
	numbers->fixed = false;
}

void
record_numbers_header(struct record_numbers *numbers, uint8_t *header)
{
	uint64_t number;

	if (!record_in_clear(header))
		return;
	/* libssl wrote an alert in place of the HelloVerifyRequest. */
	if (!numbers->begun && header[0] != TYPE_HANDSHAKE)
		record_numbers_begin(numbers);
	number = record_number(header + NUMBER_AT);
	if (!numbers->fixed)
		numbers->shift = record_numbers_first(numbers) - number;
	numbers->fixed = true;
	record_put_number(header + NUMBER_AT, number + numbers->shift);
}

/* libssl may cut a datagram inside a record: the rest has no header. */
void
record_numbers_datagram(
    struct record_numbers *numbers, uint8_t *datagram, size_t size)
{
	size_t record;

	while (size >= RECORD_NUMBERS_HEADER &&
	    datagram[VERSION_AT] == VERSION_MAJOR) {
		record_numbers_header(numbers, datagram);
		record = record_size(datagram);
		if (record > size)
			return;
		datagram += record;
		size -= record;
	}
}

void
record_numbers_follow(uint64_t *next, uint8_t *datagram, size_t size)
{
	uint64_t number;
	size_t record;

	for (; size >= RECORD_NUMBERS_HEADER;
	     datagram += record, size -= record) {
		record = record_size(datagram);
		if (record > size)
			break;
		if (!record_is_epoch_0(datagram))
			continue;
		number = record_number(datagram + NUMBER_AT);
		if (number < *next) {
			number = *next;
			record_put_number(datagram + NUMBER_AT, number);
		}
		*next = number + 1;
	}
}

static uint64_t
record_numbers_first(const struct record_numbers *numbers)
{
	if (numbers->begun || numbers->hello == 0)
		return numbers->hello;
	return numbers->hello - 1;
}

static uint64_t
record_number(const uint8_t *bytes)
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < RECORD_NUMBERS_SIZE; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void
record_put_number(uint8_t *bytes, uint64_t number)
{
	int i;

	for (i = RECORD_NUMBERS_SIZE - 1; i >= 0; i--, number >>= 8)
		bytes[i] = (uint8_t)number;
}

static bool
record_in_clear(const uint8_t *header)
{
	return header[0] >= TYPE_MIN && header[0] <= TYPE_MAX &&
	    header[VERSION_AT] == VERSION_MAJOR && record_is_epoch_0(header);
}

static bool
record_is_epoch_0(const uint8_t *header)
{
	return header[EPOCH_AT] == 0 && header[EPOCH_AT + 1] == 0;
}

/* Returns the size with the header. */
static size_t
record_size(const uint8_t *header)
{
	return RECORD_NUMBERS_HEADER +
	    ((size_t)header[LENGTH_AT] << 8 | header[LENGTH_AT + 1]);
}
