#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bioerr.h>
#include <openssl/err.h>

#include "base/page_store.h"
#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/text.h"
#include "handlers/handlers.h"
#include "handlers/http_exchange.h"
#include "handlers/status_page.h"
#include "tls/base/tls_error.h"

enum file_kind {
	FILE_OPENED,
	FILE_DIRECTORY,
	FILE_FAILED, /* the error queue has the reason */
};

static enum handler_verdict
file_readable(struct connection *, const uint8_t *, size_t);
static http_answer file_answer;
static void
file_serve(struct connection *, struct http_exchange *, const char *);
static void file_name(const char *);
static enum file_kind file_open(
    struct connection *, struct http_exchange *, const char *, const char *);
static enum file_kind file_open_found(
    struct page_store *, struct http_exchange *, const char *, const char *);
static bool
file_keep(struct http_exchange *, const void *, const struct stat *);
static struct page_store *
file_pages(const struct connection *, const struct http_exchange *);
static bool file_is_served(const struct stat *);
static enum file_kind file_refuse(const char *, const char *, int);
static void file_header(struct textbuf *, const char *);

const struct handler handler_file = {
	.name = "file",
	.traits = { .files = true,
	    .silent = true,
	    .no_datagrams = HTTP_NO_DATAGRAMS },
	.begin = http_exchange_begin,
	.failed = http_exchange_failed,
	.readable = file_readable,
	.writable = http_exchange_writable,
	.ended = http_exchange_ended,
	.shut = http_exchange_shut,
	.close = http_exchange_close,
};

static enum handler_verdict
file_readable(struct connection *connection, const uint8_t *data, size_t size)
{
	return http_exchange_readable(connection, data, size, file_answer);
}

static bool
file_answer(
    struct connection *connection, struct http_exchange *exchange, char *target)
{
	struct textbuf *text = &exchange->text;
	char *path = target + 1;

	if (connection_config(connection)->mode == MODE_FILE &&
	    strncmp(target, "/stats ", 7) == 0) {
		status_page(connection, text);
		return true;
	}
	if (*target != '/')
		return false;
	switch (http_path(path)) {
	case HTTP_PATH_ENDLESS:
		file_header(text, "text/plain");
		textbuf_printf(text, "'%s' is an invalid file name\r\n", path);
		break;
	case HTTP_PATH_DOTS:
		file_header(text, "text/plain");
		textbuf_printf(text, "'%s' contains '..' or ':'\r\n", path);
		break;
	case HTTP_PATH_ABSOLUTE:
		file_header(text, "text/plain");
		textbuf_printf(text, "'%s' is an invalid path\r\n", path);
		break;
	case HTTP_PATH_GOOD:
		file_serve(connection, exchange, path);
		break;
	}
	return true;
}

static void
file_serve(struct connection *connection, struct http_exchange *exchange,
    const char *path)
{
	const struct config *config = connection_config(connection);
	const char *mode = config->http_server_binmode ? "rb" : "r";
	struct textbuf *text = &exchange->text;

	tls_error_clear();
	switch (file_open(connection, exchange, path, mode)) {
	case FILE_OPENED:
		if (!config->quiet)
			file_name(path);
		/* The kernel never makes the TLS records. */
		if (config_sends_by_kernel(config))
			text_printf(TEXT_ERR,
			    "Warning: sendfile requested but KTLS is not "
			    "available\n");
		if (config->mode == MODE_FILE)
			file_header(text, http_content_type(path));
		textbuf_append(text, exchange->page, exchange->page_size);
		break;
	case FILE_DIRECTORY:
		file_header(text, "text/plain");
		textbuf_printf(text, "'%s' is a directory\r\n", path);
		break;
	case FILE_FAILED:
		file_header(text, "text/plain");
		textbuf_printf(
		    text, "Error opening '%s' mode='%s'\r\n", path, mode);
		tls_error_append(text);
		break;
	}
}

static void
file_name(const char *path)
{
	struct textbuf escaped;

	textbuf_init(&escaped);
	text_printf(TEXT_ERR, "FILE:%s\n", escape_string(&escaped, path));
	textbuf_free(&escaped);
}

/*
 * Opens only regular files and FIFOs: other files could block, and opening a
 * device may have effects. A FIFO whose data is not wanted is not opened,
 * because its writer would take us for a reader.
 */
static enum file_kind
file_open(struct connection *connection, struct http_exchange *exchange,
    const char *path, const char *mode)
{
	struct page_store *pages = file_pages(connection, exchange);
	bool wanted = !exchange->head_only ||
	    connection_config(connection)->mode == MODE_HTTP;
	struct stat st;

	if (stat(path, &st) == -1)
		return file_refuse(path, mode, errno);
	if (S_ISDIR(st.st_mode))
		return FILE_DIRECTORY;
	if (!file_is_served(&st))
		return file_refuse(path, mode, EINVAL);
	if (file_keep(exchange, page_store_find(pages, path, &st), &st))
		return FILE_OPENED;
	if (wanted || !S_ISFIFO(st.st_mode))
		return file_open_found(pages, exchange, path, mode);
	exchange->file_size = -1;
	return FILE_OPENED;
}

/* The file may be replaced after stat(2), so the descriptor is checked, too. */
static enum file_kind
file_open_found(struct page_store *pages, struct http_exchange *exchange,
    const char *path, const char *mode)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd == -1)
		return file_refuse(path, mode, errno);
	if (fstat(fd, &st) == -1 || !file_is_served(&st)) {
		close(fd);
		return file_refuse(path, mode, EINVAL);
	}
	if (file_keep(exchange, page_store_read(pages, path, fd, &st), &st)) {
		close(fd);
		return FILE_OPENED;
	}
	exchange->fd = fd;
	exchange->file_size = S_ISFIFO(st.st_mode) ? -1 : st.st_size;
	return FILE_OPENED;
}

/*
 * HEAD with -HTTP wants the head that the file begins with, which is looked for
 * while the file is sent. Returns NULL then: nothing is kept or found.
 */
static struct page_store *
file_pages(
    const struct connection *connection, const struct http_exchange *exchange)
{
	if (exchange->head_only &&
	    connection_config(connection)->mode == MODE_HTTP)
		return NULL;
	return connection_pages(connection);
}

/* The file is in memory. Returns false if it is not. */
static bool
file_keep(
    struct http_exchange *exchange, const void *page, const struct stat *st)
{
	if (page == NULL)
		return false;
	exchange->page = page;
	exchange->page_size = (size_t)st->st_size;
	return true;
}

static bool
file_is_served(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode);
}

/* Queue the errors that libcrypto's own file functions would queue. */
static enum file_kind
file_refuse(const char *path, const char *mode, int error)
{
	ERR_raise_data(ERR_LIB_SYS, error, "calling fopen(%s, %s)", path, mode);
	ERR_raise(
	    ERR_LIB_BIO, error == ENOENT ? BIO_R_NO_SUCH_FILE : ERR_R_SYS_LIB);
	return FILE_FAILED;
}

static void
file_header(struct textbuf *text, const char *type)
{
	textbuf_printf(
	    text, "HTTP/1.0 200 ok\r\nContent-type: %s\r\n\r\n", type);
}
