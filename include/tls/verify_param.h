/*
 * The options of X.509 validation, such as -purpose and -crl_check, as the
 * parameters that X509_verify_cert(3) is to keep to. One table in
 * verify_param.c says what each of them means.
 */
#ifndef VERIFY_PARAM_H
#define VERIFY_PARAM_H

#include <openssl/x509_vfy.h>

struct config;

/*
 * An option_judge: can the option, by its name without a dash, have this
 * value? Returns 0, or -1 (reported).
 */
int verify_param_judge(const char *name, const char *value);

/*
 * All that were given, in their order. The caller frees the result. NULL:
 * failed (reported).
 */
X509_VERIFY_PARAM *verify_param_new(const struct config *);

#endif
