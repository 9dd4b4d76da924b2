#include "master/control_call.h"

#include <stdarg.h>
#include <stdio.h>

#include "foundation/textbuf.h"
#include "master/master_state.h"

#define CONTROL_ERROR_MAX 1024 /* bytes of an error */

bool
control_ok(struct control_call *call)
{
	textbuf_puts(call->answer, "ok\n");
	return true;
}

bool
control_error(struct control_call *call, const char *fmt, ...)
{
	char text[CONTROL_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	textbuf_printf(call->answer, "error %s\n", text);
	return true;
}

bool
control_refuse_at_end(struct control_call *call)
{
	return call->master->state >= MASTER_DRAINING &&
	    control_error(call, "the server is ending");
}
