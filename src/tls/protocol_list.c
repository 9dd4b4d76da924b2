#include <string.h>

#include "foundation/log.h"
#include "tls/protocol_list.h"

#define PROTOCOL_NAME_MAX 255
/* RFC 7301, section 3.1: the size of the list has two bytes. */
#define PROTOCOL_LIST_MAX 65534

int
protocol_list_parse(struct textbuf *list, const char *option, const char *names)
{
	const char *name = names;
	unsigned char size;
	size_t length;

	textbuf_init(list);
	if (names == NULL)
		return 0;
	if (strlen(names) > PROTOCOL_LIST_MAX) {
		log_warnx("-%s: the list is longer than %d bytes", option,
		    PROTOCOL_LIST_MAX);
		return -1;
	}
	for (; *name != '\0'; name += length, name += *name == ',') {
		length = strcspn(name, ",");
		if (length > PROTOCOL_NAME_MAX) {
			log_warnx("-%s %s: a name is longer than %d bytes",
			    option, names, PROTOCOL_NAME_MAX);
			return -1;
		}
		if (length == 0)
			continue;
		size = (unsigned char)length;
		textbuf_append(list, &size, 1);
		textbuf_append(list, name, length);
	}
	if (list->size == 0) {
		log_warnx("-%s %s: names no protocol", option, names);
		return -1;
	}
	return 0;
}
