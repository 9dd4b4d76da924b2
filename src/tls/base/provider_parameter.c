#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/opensslv.h>
#include <openssl/provider.h>

#include "foundation/log.h"
#include "tls/base/provider_parameter.h"

/* Strings are parts of the text of the option. */
struct provider_parameter {
	const char *provider; /* NULL: all of them */
	const char *name;
	const char *value;
	bool was_set; /* on one provider at least */
};

static bool provider_parameter_parse(struct provider_parameter *, char *);
static int provider_parameter_add(OSSL_PROVIDER *, void *);

int
provider_parameter_set(const char *text)
{
	struct provider_parameter parameter = { .was_set = false };
	char *copy = strdup(text);
	int result = -1;

	if (copy == NULL)
		log_warnx("out of memory");
	else if (!provider_parameter_parse(&parameter, copy))
		log_warnx("malformed '-provparam' option value: '%s'", text);
	else if (OSSL_PROVIDER_do_all(
		     NULL, provider_parameter_add, &parameter) != 1)
		log_warnx("Error setting provider '%s' parameter '%s'",
		    parameter.provider == NULL ? "" : parameter.provider,
		    parameter.name);
	else if (!parameter.was_set)
		log_warnx(
		    "No provider named '%s' is loaded", parameter.provider);
	else
		result = 0;
	free(copy);
	return result;
}

/* Blanks around the first "=" do not count. */
static bool
provider_parameter_parse(struct provider_parameter *parameter, char *text)
{
	char *value = strchr(text, '='), *end = value, *colon;

	if (value == NULL)
		return false;
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*value++ = *end = '\0';
	parameter->value = value + strspn(value, " \t\n\v\f\r");
	parameter->name = text;
	if ((colon = strchr(text, ':')) != NULL) {
		*colon = '\0';
		parameter->provider = *text == '\0' ? NULL : text;
		parameter->name = colon + 1;
	}
	return *parameter->name != '\0';
}

/* Returns 1, so that the next provider comes, or 0 after an error. */
static int
provider_parameter_add(OSSL_PROVIDER *provider, void *arg)
{
	struct provider_parameter *parameter = arg;

	if (parameter->provider != NULL &&
	    strcmp(OSSL_PROVIDER_get0_name(provider), parameter->provider) != 0)
		return 1;
	parameter->was_set = true;
#if OPENSSL_VERSION_PREREQ(3, 5)
	return OSSL_PROVIDER_add_conf_parameter(
	    provider, parameter->name, parameter->value);
#else
	return 0;
#endif
}
