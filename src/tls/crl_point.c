#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "foundation/textbuf.h"
#include "shared/fetch_request.h"
#include "tls/crl_point.h"

#define CRL_POINT_HTTP "http://"

static const char *crl_point_url(const CRL_DIST_POINTS *);
static const char *crl_point_http(const DIST_POINT *);

bool
crl_point_request(
    X509 *certificate, int extension, X509 *issuer, struct textbuf *request)
{
	CRL_DIST_POINTS *points =
	    X509_get_ext_d2i(certificate, extension, NULL, NULL);
	struct fetch_request fetch = {
		.kind = FETCH_CRL, .port = "", .path = ""
	};
	unsigned char *der = NULL;
	int size = issuer == NULL ? 0 : i2d_X509(issuer, &der);

	fetch.host = crl_point_url(points);
	if (size > 0) {
		fetch.issuer = der;
		fetch.issuer_size = (size_t)size;
	}
	if (fetch.host != NULL)
		fetch_request_encode(&fetch, request);
	OPENSSL_free(der);
	CRL_DIST_POINTS_free(points);
	return fetch.host != NULL;
}

static const char *
crl_point_url(const CRL_DIST_POINTS *points)
{
	const char *url = NULL;
	int i;

	for (i = 0; i < sk_DIST_POINT_num(points) && url == NULL; i++)
		url = crl_point_http(sk_DIST_POINT_value(points, i));
	return url;
}

/* An IA5String may contain a NUL; bytes after it are not part of the URL. */
static const char *
crl_point_http(const DIST_POINT *point)
{
	const GENERAL_NAMES *names;
	const GENERAL_NAME *name;
	const char *url;
	int i, type;

	if (point->distpoint == NULL || point->distpoint->type != 0)
		return NULL;
	names = point->distpoint->name.fullname;
	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		name = sk_GENERAL_NAME_value(names, i);
		url = GENERAL_NAME_get0_value(name, &type);
		if (type != GEN_URI)
			continue;
		url = (const char *)ASN1_STRING_get0_data(
		    (const ASN1_STRING *)url);
		if (strncasecmp(url, CRL_POINT_HTTP, strlen(CRL_POINT_HTTP)) ==
		    0)
			return url;
	}
	return NULL;
}
