# The kinds of work that a connection of a bench is.

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the scripts share their variables

# Kind of work, certificate, options of the client, title.
works='tls13-ecdsa|server|--tls1_3|TLS 1.3, full, ECDSA P-256
tls13-rsa|server-rsa|--tls1_3|TLS 1.3, full, RSA 2048
tls12-ecdsa|server|--tls1_2|TLS 1.2, full, ECDSA P-256
tls12-id|server|--resume id|TLS 1.2, session ID
tls12-ticket|server|--resume ticket|TLS 1.2, ticket
tls13-ticket|server|--resume tls13|TLS 1.3, ticket
tls13-stateful|server|--resume stateful|TLS 1.3, stateful ticket
tls13-early|server|--resume early|TLS 1.3, early data'
all_work=$(cut -d '|' -f 1 <<<"$works" | paste -sd,)
# Clients offer only what all servers choose; P-256 is for the certificate.
offer=(--cipher ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384
    --ciphersuites TLS_AES_256_GCM_SHA384 --groups X25519:P-256)
kind=		# of work, the one that is measured

# Sets $kind, its $title, the options of the $client and the certificate.
choose_work() # kind
{
	local certificate words

	kind=$1
	IFS='|' read -r _ certificate words title < <(grep "^$kind|" <<<"$works")
	read -ra client <<<"$words"
	cert=(-cert "$PWD/certs/$certificate.pem"
	    -key "$PWD/certs/$certificate-key.pem")
}
