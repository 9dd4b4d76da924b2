/*
 * -provparam: parameters that providers read from their section of the
 * library's configuration file, or from here.
 */
#ifndef PROVIDER_PARAMETER_H
#define PROVIDER_PARAMETER_H

/*
 * text: "name=value" for all providers that are loaded by now, or
 * "provider:name=value" for one. Returns 0, or -1 (reported).
 */
int provider_parameter_set(const char *text);

#endif
