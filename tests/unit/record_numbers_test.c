/*
 * Records as libssl writes them, and as they are sent.
 */
#include "net/record_numbers.h"
#include "unit.h"

#define RECORD_MAX 64

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

/* Returns the size. Each byte of the body is one that begins a record. */
static size_t
put_record(
    uint8_t *out, uint8_t type, unsigned epoch, uint64_t number, size_t body)
{
	int i;

	memset(out, 22, RECORD_NUMBERS_HEADER + body);
	out[0] = type;
	out[1] = 0xfe;
	out[2] = 0xfd;
	out[3] = (uint8_t)(epoch >> 8);
	out[4] = (uint8_t)epoch;
	for (i = 10; i > 4; i--, number >>= 8)
		out[i] = (uint8_t)number;
	out[11] = (uint8_t)(body >> 8);
	out[12] = (uint8_t)body;
	return RECORD_NUMBERS_HEADER + body;
}

static uint64_t
number_of(const uint8_t *record)
{
	uint64_t number = 0;
	int i;

	for (i = 5; i < 11; i++)
		number = number << 8 | record[i];
	return number;
}

static struct record_numbers
numbers_from(uint64_t hello)
{
	struct record_numbers numbers;
	uint8_t record[RECORD_MAX];

	put_record(record, HANDSHAKE, 0, hello, 0);
	record_numbers_init(&numbers, record + 5);
	return numbers;
}

/* Returns the number of the datagram's only record. */
static uint64_t
sent(struct record_numbers *numbers, uint8_t type, unsigned epoch,
    uint64_t number)
{
	uint8_t record[RECORD_MAX];
	size_t size = put_record(record, type, epoch, number, 20);

	record_numbers_datagram(numbers, record, size);
	return number_of(record);
}

static void
test_the_first_record_has_the_hellos_number(void)
{
	static const uint64_t hellos[] = { 1, 4, 63, 64, 100, 1000,
		UINT64_C(1) << 47 };
	struct record_numbers numbers;
	size_t i;

	for (i = 0; i < sizeof(hellos) / sizeof(*hellos); i++) {
		numbers = numbers_from(hellos[i]);
		CHECK(sent(&numbers, HANDSHAKE, 0, 0) == hellos[i] - 1);
		record_numbers_begin(&numbers);
		CHECK(sent(&numbers, HANDSHAKE, 0, 1) == hellos[i]);
		CHECK(sent(&numbers, HANDSHAKE, 0, 2) == hellos[i] + 1);
		CHECK(sent(&numbers, CCS, 0, 9) == hellos[i] + 8);
	}
}

/* As after DTLSv1_listen, which sets libssl's number, rightly or wrongly. */
static void
test_whatever_libssl_begins_with(void)
{
	static const uint64_t begins[] = { 0, 1, 99, 100, 101, 5000 };
	struct record_numbers numbers;
	size_t i;

	for (i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
		numbers = numbers_from(100);
		CHECK(sent(&numbers, HANDSHAKE, 0, 77) == 99);
		record_numbers_begin(&numbers);
		CHECK(sent(&numbers, HANDSHAKE, 0, begins[i]) == 100);
		CHECK(sent(&numbers, HANDSHAKE, 0, begins[i] + 3) == 103);
	}
}

static void
test_before_number_0_is_none(void)
{
	struct record_numbers numbers = numbers_from(0);

	CHECK(sent(&numbers, HANDSHAKE, 0, 0) == 0);
	record_numbers_begin(&numbers);
	CHECK(sent(&numbers, HANDSHAKE, 0, 1) == 0);
	CHECK(sent(&numbers, HANDSHAKE, 0, 2) == 1);
}

static void
test_an_alert_takes_the_place_of_the_answer(void)
{
	struct record_numbers numbers = numbers_from(7);

	CHECK(sent(&numbers, ALERT, 0, 0) == 7);
	CHECK(sent(&numbers, ALERT, 0, 1) == 8);
}

static void
test_numbers_are_of_48_bits(void)
{
	const uint64_t last = (UINT64_C(1) << 48) - 1;
	struct record_numbers numbers = numbers_from(last);

	record_numbers_begin(&numbers);
	CHECK(sent(&numbers, HANDSHAKE, 0, 1) == last);
	CHECK(sent(&numbers, HANDSHAKE, 0, 2) == 0);
}

static void
test_protected_records_keep_theirs(void)
{
	struct record_numbers numbers = numbers_from(50);
	uint8_t flight[4 * RECORD_MAX], *at[3];
	size_t size = 0;

	record_numbers_begin(&numbers);
	CHECK(sent(&numbers, DATA, 1, 3) == 3);
	CHECK(sent(&numbers, HANDSHAKE, 0x100, 4) == 4);
	CHECK(sent(&numbers, HANDSHAKE, 0, 1) == 50);
	at[0] = flight;
	size += put_record(at[0], CCS, 0, 5, 1);
	at[1] = flight + size;
	size += put_record(at[1], HANDSHAKE, 1, 0, 40);
	at[2] = flight + size;
	size += put_record(at[2], ALERT, 0, 6, 2);
	record_numbers_datagram(&numbers, flight, size);
	CHECK(number_of(at[0]) == 54);
	CHECK(number_of(at[1]) == 0);
	CHECK(number_of(at[2]) == 55);
}

/* Bytes after the end of the datagram do not belong to it. */
static void
test_every_truncation(void)
{
	struct record_numbers numbers = numbers_from(50);
	uint8_t flight[2 * RECORD_MAX], copy[sizeof(flight)], *own;
	size_t first = put_record(flight, HANDSHAKE, 0, 1, 20);
	size_t size = first + put_record(flight + first, HANDSHAKE, 0, 2, 20);
	size_t cut;

	record_numbers_begin(&numbers);
	for (cut = 0; cut <= size; cut++) {
		CHECK((own = malloc(cut > 0 ? cut : 1)) != NULL);
		memcpy(own, flight, cut);
		record_numbers_datagram(&numbers, own, cut);
		memcpy(copy, flight, cut);
		if (cut >= RECORD_NUMBERS_HEADER)
			copy[10] = 50;
		if (cut >= first + RECORD_NUMBERS_HEADER)
			copy[first + 10] = 51;
		CHECK(memcmp(own, copy, cut) == 0);
		free(own);
	}
	/* Bytes that are not a record. */
	memset(copy, 'U', sizeof(copy));
	memcpy(flight, copy, sizeof(flight));
	record_numbers_datagram(&numbers, flight, sizeof(flight));
	CHECK(memcmp(flight, copy, sizeof(flight)) == 0);
}

int
main(void)
{
	UNIT_RUN(test_the_first_record_has_the_hellos_number);
	UNIT_RUN(test_whatever_libssl_begins_with);
	UNIT_RUN(test_before_number_0_is_none);
	UNIT_RUN(test_an_alert_takes_the_place_of_the_answer);
	UNIT_RUN(test_numbers_are_of_48_bits);
	UNIT_RUN(test_protected_records_keep_theirs);
	UNIT_RUN(test_every_truncation);
	return unit_end();
}
