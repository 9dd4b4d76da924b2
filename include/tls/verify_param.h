/*
 * The options of X.509 validation, such as -purpose and -crl_check, as
 * parameters for X509_verify_cert(3). A table in verify_param.c says what each
 * option means.
 */
#ifndef VERIFY_PARAM_H
#define VERIFY_PARAM_H

#include <openssl/x509_vfy.h>

struct config;

/*
 * An option_judge's value: checks that of the option with this name, which has
 * no dash. Returns 0, or -1 (reported).
 */
int verify_param_judge(const char *name, const char *value);

/*
 * Returns the parameters of all options that were given, applied in their
 * order, or NULL (reported). The caller frees the result.
 */
X509_VERIFY_PARAM *verify_param_new(const struct config *);

#endif
