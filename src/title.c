#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "proctitle.h"
#include "textbuf.h"
#include "title.h"

static const char *const title_secret[] = { "pass", "dpass", "psk",
	"srpuserseed" };

static bool title_is_secret(const char *);

void
title_master(const struct config *config)
{
	struct textbuf title;
	bool hide = false;
	const char *arg, *value;
	int i;

	textbuf_init(&title);
	for (i = 1; i < config->argc; i++) {
		arg = config->argv[i];
		value = strchr(arg, '=');
		if (hide)
			textbuf_puts(&title, " ***");
		else if (value != NULL && title_is_secret(arg))
			textbuf_printf(
			    &title, " %.*s=***", (int)(value - arg), arg);
		else
			textbuf_printf(&title, " %s", arg);
		hide = !hide && value == NULL && title_is_secret(arg);
	}
	proctitle_set("master:%s", title.size > 0 ? title.data : "");
	textbuf_free(&title);
}

/* With one dash or two, with or without "=value". */
static bool
title_is_secret(const char *arg)
{
	size_t i, length;

	if (arg[0] != '-')
		return false;
	arg += arg[1] == '-' ? 2 : 1;
	length = strcspn(arg, "=");
	for (i = 0; i < sizeof(title_secret) / sizeof(title_secret[0]); i++)
		if (strlen(title_secret[i]) == length &&
		    strncmp(arg, title_secret[i], length) == 0)
			return true;
	return false;
}
