#include "master/title.h"
#include "foundation/proctitle.h"
#include "foundation/textbuf.h"

void
title_master(int argc, char *const words[])
{
	struct textbuf title;
	int i;

	textbuf_init(&title);
	for (i = 1; i < argc; i++)
		textbuf_printf(&title, " %s", words[i]);
	proctitle_set("master:%s", title.size > 0 ? title.data : "");
	textbuf_free(&title);
}
