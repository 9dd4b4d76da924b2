#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/wordings.h"
#include "tls/base/nameopt.h"

#define NAMEOPT_ALL 0xffffffffUL

/* To set an option, first clear the flags that it excludes. */
static const struct nameopt {
	const char *name;
	unsigned long flags;
	unsigned long excludes;
} nameopts[] = {
	{ "esc_2253", ASN1_STRFLGS_ESC_2253, 0 },
	{ "esc_2254", ASN1_STRFLGS_ESC_2254, 0 },
	{ "esc_ctrl", ASN1_STRFLGS_ESC_CTRL, 0 },
	{ "esc_msb", ASN1_STRFLGS_ESC_MSB, 0 },
	{ "use_quote", ASN1_STRFLGS_ESC_QUOTE, 0 },
	{ "utf8", ASN1_STRFLGS_UTF8_CONVERT, 0 },
	{ "ignore_type", ASN1_STRFLGS_IGNORE_TYPE, 0 },
	{ "show_type", ASN1_STRFLGS_SHOW_TYPE, 0 },
	{ "dump_all", ASN1_STRFLGS_DUMP_ALL, 0 },
	{ "dump_nostr", ASN1_STRFLGS_DUMP_UNKNOWN, 0 },
	{ "dump_der", ASN1_STRFLGS_DUMP_DER, 0 },
	{ "dump_unknown", XN_FLAG_DUMP_UNKNOWN_FIELDS, 0 },
	{ "sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS, XN_FLAG_SEP_MASK },
	{ "sep_comma_plus_space", XN_FLAG_SEP_CPLUS_SPC, XN_FLAG_SEP_MASK },
	{ "sep_semi_plus_space", XN_FLAG_SEP_SPLUS_SPC, XN_FLAG_SEP_MASK },
	{ "sep_multiline", XN_FLAG_SEP_MULTILINE, XN_FLAG_SEP_MASK },
	{ "dn_rev", XN_FLAG_DN_REV, 0 },
	{ "nofname", XN_FLAG_FN_NONE, XN_FLAG_FN_MASK },
	{ "sname", XN_FLAG_FN_SN, XN_FLAG_FN_MASK },
	{ "lname", XN_FLAG_FN_LN, XN_FLAG_FN_MASK },
	{ "oid", XN_FLAG_FN_OID, XN_FLAG_FN_MASK },
	{ "align", XN_FLAG_FN_ALIGN, 0 },
	{ "space_eq", XN_FLAG_SPC_EQ, 0 },
	{ "compat", XN_FLAG_COMPAT, NAMEOPT_ALL },
	{ "RFC2253", XN_FLAG_RFC2253, NAMEOPT_ALL },
	{ "oneline", XN_FLAG_ONELINE, NAMEOPT_ALL },
	{ "multiline", XN_FLAG_MULTILINE, NAMEOPT_ALL },
	{ "ca_default", XN_FLAG_MULTILINE, NAMEOPT_ALL },
};

static bool nameopt_apply(unsigned long *, const char *);
static bool nameopt_apply_one(unsigned long *, const char *, size_t);

int
nameopt_check(const struct config *config)
{
	unsigned long flags = 0;
	size_t i;

	for (i = 0; i < config->nameopt.count; i++)
		if (!nameopt_apply(&flags, config->nameopt.item[i])) {
			log_warnx("-nameopt %s: unknown name option",
			    config->nameopt.item[i]);
			return -1;
		}
	return 0;
}

unsigned long
nameopt_flags(const struct config *config)
{
	unsigned long flags = 0;
	size_t i;

	if (config->nameopt.count == 0) {
		nameopt_apply(&flags, wording(WORDING_NAMEOPT));
		return flags;
	}
	for (i = 0; i < config->nameopt.count; i++)
		nameopt_apply(&flags, config->nameopt.item[i]);
	/* The oldest form, the only one without flags, escapes them itself. */
	return flags == XN_FLAG_COMPAT ? flags : flags | ASN1_STRFLGS_ESC_CTRL;
}

static bool
nameopt_apply(unsigned long *flags, const char *list)
{
	size_t size;

	for (; *list != '\0'; list += size, list += *list == ',') {
		size = strcspn(list, ",");
		if (size > 0 && !nameopt_apply_one(flags, list, size))
			return false;
	}
	if (*flags != XN_FLAG_COMPAT && (*flags & XN_FLAG_SEP_MASK) == 0)
		*flags |= XN_FLAG_SEP_CPLUS_SPC;
	return true;
}

/* "name" sets, "-name" clears. */
static bool
nameopt_apply_one(unsigned long *flags, const char *name, size_t size)
{
	bool set = *name != '-';
	size_t i;

	if (*name == '-' || *name == '+') {
		name++;
		size--;
	}
	for (i = 0; i < sizeof(nameopts) / sizeof(*nameopts); i++) {
		if (strlen(nameopts[i].name) != size ||
		    strncasecmp(nameopts[i].name, name, size) != 0)
			continue;
		if (set)
			*flags = (*flags & ~nameopts[i].excludes) |
			    nameopts[i].flags;
		else
			*flags &= ~nameopts[i].flags;
		return true;
	}
	return false;
}
