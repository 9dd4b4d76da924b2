#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

#include "foundation/log.h"
#include "foundation/text.h"
#include "master/fast_open.h"

#define FAST_OPEN_SETTING "/proc/sys/net/ipv4/tcp_fastopen"
#define FAST_OPEN_SERVERS 2 /* the bit that allows it to servers */

void
fast_open_announce(void)
{
	FILE *file = fopen(FAST_OPEN_SETTING, "re");
	char line[32];
	long bits;

	text_printf(TEXT_OUT, "Listening for TFO\n");
	if (file == NULL)
		return;
	if (fgets(line, sizeof(line), file) != NULL) {
		bits = strtol(line, NULL, 10);
		if ((bits & FAST_OPEN_SERVERS) == 0)
			log_warnx("-tfo has no effect: net.ipv4.tcp_fastopen "
				  "is %ld, without bit %d",
			    bits, FAST_OPEN_SERVERS);
	}
	fclose(file);
}

int
fast_open_set(int fd, int waiting)
{
	return setsockopt(
	    fd, IPPROTO_TCP, TCP_FASTOPEN, &waiting, sizeof(waiting));
}
