/*
 * ClientHellos that tests make piece by piece.
 */
#ifndef HELLO_MESSAGE_H
#define HELLO_MESSAGE_H

#include "base/client_hello.h"
#include "unit.h"

#define BYTES(...) \
	(const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })

/* A message as it grows. */
struct hello_message {
	bool datagrams;
	size_t size;
	size_t extensions; /* where their length stands; 0: there are none */
	uint8_t data[16 * 1024];
};

static inline void
hello_add(struct hello_message *message, const void *data, size_t size)
{
	CHECK(size <= sizeof(message->data) - message->size);
	if (size > 0)
		memcpy(message->data + message->size, data, size);
	message->size += size;
}

static inline void
hello_add_number(struct hello_message *message, size_t width, size_t number)
{
	uint8_t byte;

	while (width-- > 0) {
		byte = (uint8_t)(number >> 8 * width);
		hello_add(message, &byte, 1);
	}
}

static inline void
hello_set_number(
    struct hello_message *message, size_t at, size_t width, size_t number)
{
	while (width-- > 0)
		message->data[at++] = (uint8_t)(number >> 8 * width);
}

/* Makes the lengths fit what was added. */
static inline void
hello_finish(struct hello_message *message)
{
	size_t header = message->datagrams ? 12 : 4;

	if (message->extensions != 0)
		hello_set_number(message, message->extensions, 2,
		    message->size - message->extensions - 2);
	hello_set_number(message, 1, 3, message->size - header);
	if (message->datagrams)
		hello_set_number(message, 9, 3, message->size - header);
}

/* Numbers with "-" between them, each of width bytes. Returns their size. */
static inline size_t
hello_add_numbers(
    struct hello_message *message, const char *numbers, size_t width)
{
	size_t before = message->size;
	char *end;

	while (*numbers != '\0') {
		hello_add_number(message, width, strtoul(numbers, &end, 0));
		numbers = *end == '-' ? end + 1 : end;
	}
	return message->size - before;
}

/* All up to the extensions; suites: their numbers. */
static inline void
hello_begin(struct hello_message *message, unsigned version, const char *suites,
    bool datagrams)
{
	uint8_t random[32];
	size_t at;

	memset(random, 7, sizeof(random));
	*message = (struct hello_message){ .datagrams = datagrams };
	hello_add_number(message, 4, 0x01000000);
	if (datagrams)
		hello_add_number(message, 8, 0);
	hello_add_number(message, 2, version);
	hello_add(message, random, sizeof(random));
	hello_add(message, BYTES(3, 'S', 'I', 'D'));
	if (datagrams)
		hello_add(message, BYTES(2, 'C', 'K'));
	at = message->size;
	hello_add_number(message, 2, 0);
	hello_set_number(message, at, 2, hello_add_numbers(message, suites, 2));
	hello_add(message, BYTES(1, 0));
	hello_finish(message);
}

static inline void
hello_extension(
    struct hello_message *message, unsigned type, const void *data, size_t size)
{
	if (message->extensions == 0) {
		message->extensions = message->size;
		hello_add_number(message, 2, 0);
	}
	hello_add_number(message, 2, type);
	hello_add_number(message, 2, size);
	hello_add(message, data, size);
	hello_finish(message);
}

/* An extension that is a list of numbers behind its length. */
static inline void
hello_list_extension(struct hello_message *message, unsigned type,
    size_t length_width, const char *numbers, size_t width)
{
	struct hello_message list = { 0 };
	size_t size;

	hello_add_number(&list, length_width, 0);
	size = hello_add_numbers(&list, numbers, width);
	hello_set_number(&list, 0, length_width, size);
	hello_extension(message, type, list.data, list.size);
}

static inline struct client_hello
hello_read(const struct hello_message *message)
{
	struct client_hello hello;

	CHECK(client_hello_parse(&hello, message->data, message->size,
		  message->datagrams) == 0);
	return hello;
}

#endif
