/*
 * The setters of the options that name certificates and keys.
 */
#include <stddef.h>

#include "config/config.h"
#include "config/option_table.h"
#include "foundation/log.h"

static struct extra_identity *config_last_extra(struct config *);
static struct extra_identity *config_new_extra(struct config *);

/* -certform and -keyform set the formats of -cert2 and -key2, too. */
int
config_set_certform(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	config->identity.cert_format = value->format;
	config->identity2.cert_format = value->format;
	return 0;
}

int
config_set_keyform(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	config->identity.key_format = value->format;
	config->identity2.key_format = value->format;
	return 0;
}

/*
 * Each -xcert begins a new set. Options of -xcert before the first one belong
 * to its set.
 */
int
config_set_xcert(struct config *config, const struct option *option,
    const struct option_value *value)
{
	struct extra_identity *extra = config_last_extra(config);

	(void)option;
	if (extra->identity.cert_file != NULL)
		extra = config_new_extra(config);
	extra->identity.cert_file = value->text;
	return 0;
}

int
config_set_xkey(struct config *config, const struct option *option,
    const struct option_value *value)
{
	struct identity *identity = &config_last_extra(config)->identity;

	(void)option;
	if (identity->key_file != NULL) {
		log_warnx("Key already specified");
		return -1;
	}
	identity->key_file = value->text;
	return 0;
}

int
config_set_xchain(struct config *config, const struct option *option,
    const struct option_value *value)
{
	struct identity *identity = &config_last_extra(config)->identity;

	(void)option;
	if (identity->chain_file != NULL) {
		log_warnx("Chain already specified");
		return -1;
	}
	identity->chain_file = value->text;
	return 0;
}

int
config_set_xchain_build(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	(void)value;
	config_last_extra(config)->build_chain = true;
	return 0;
}

int
config_set_xcertform(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	config_last_extra(config)->identity.cert_format = value->format;
	return 0;
}

int
config_set_xkeyform(struct config *config, const struct option *option,
    const struct option_value *value)
{
	(void)option;
	config_last_extra(config)->identity.key_format = value->format;
	return 0;
}

/* Returns the set that the options are filling now. */
static struct extra_identity *
config_last_extra(struct config *config)
{
	if (TAILQ_EMPTY(&config->extra))
		return config_new_extra(config);
	return TAILQ_LAST(&config->extra, extra_identity_list);
}

static struct extra_identity *
config_new_extra(struct config *config)
{
	struct extra_identity *extra = config_keep(sizeof(*extra));

	TAILQ_INSERT_TAIL(&config->extra, extra, entry);
	return extra;
}
