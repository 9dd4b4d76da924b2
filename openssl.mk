# Which OpenSSL: the system's, or that of OPENSSL_DIR=/path, which is where one
# is installed, or the tree in which it was built.

# Objects of one OpenSSL do not go with those of another: all of them need this
# file, which is written anew when it is not the same OpenSSL.
OPENSSL_USED = $(PLAIN)/openssl.used

# What "make" has built is installed as it is: "sudo make install" has lost the
# OPENSSL_DIR of the environment, and perhaps the "HIREDIS=" of the command.
ifneq ($(filter install uninstall,$(MAKECMDGOALS)),)
openssl_built := $(file <$(OPENSSL_USED))
OPENSSL_DIR ?= $(filter /%,$(firstword $(openssl_built)))
ifneq ($(openssl_built),)
HIREDIS := $(if $(filter hiredis,$(openssl_built)),$(HIREDIS))
endif
endif

ifeq ($(OPENSSL_DIR),)

OPENSSL_CFLAGS := $(shell $(PKG_CONFIG) --cflags libssl libcrypto 2>/dev/null)
OPENSSL_LIBS := $(shell $(PKG_CONFIG) --libs libssl libcrypto 2>/dev/null)
OPENSSL_IS := $(shell $(PKG_CONFIG) --modversion libssl 2>/dev/null)
openssl_fault := $(if $(OPENSSL_IS),,no OpenSSL is installed for building: call \
	scripts/install-packages, or name one with OPENSSL_DIR)

else

, := ,
openssl_at := $(abspath $(OPENSSL_DIR))
openssl_header := $(wildcard $(openssl_at)/include/openssl/opensslv.h)
openssl_library := $(firstword $(foreach folder,lib64 lib lib/* .,$(wildcard \
	$(openssl_at)/$(folder)/libssl.so $(openssl_at)/$(folder)/libssl.a)))
openssl_folder := $(patsubst %/.,%,$(patsubst %/,%,$(dir $(openssl_library))))
openssl_lacks := $(if $(openssl_header),$(if \
	$(openssl_library),,libssl in itself or in lib64 or \
	lib),include/openssl/opensslv.h)
openssl_fault := $(if \
	$(openssl_lacks),OPENSSL_DIR=$(OPENSSL_DIR) has no $(openssl_lacks))

# Its own headers may warn.
OPENSSL_CFLAGS := -isystem $(openssl_at)/include
OPENSSL_LDFLAGS := -L$(openssl_folder) $(if $(filter \
	%.so,$(openssl_library)),-Wl$(,)-rpath$(,)$(openssl_folder))
OPENSSL_LIBS := -lssl -lcrypto
ifneq ($(filter %.a,$(openssl_library)),)
# It does not say itself what it needs.
OPENSSL_LIBS := $(or $(shell PKG_CONFIG_LIBDIR=$(openssl_folder)/pkgconfig \
	$(PKG_CONFIG) --static --libs-only-l libssl 2>/dev/null), \
	$(OPENSSL_LIBS) -ldl)
endif
OPENSSL_IS := $(openssl_at) $(openssl_library) $(shell sed -n \
	's/.*define OPENSSL_VERSION_STR *"\(.*\)"/\1/p' \
	$(openssl_header) </dev/null)

endif

# Nor do objects with hiredis go with those without.
OPENSSL_IS += $(if $(HIREDIS),with hiredis $(HIREDIS))

ifneq ($(strip $(file <$(OPENSSL_USED))),$(strip $(OPENSSL_IS)))
$(OPENSSL_USED): not-the-same
endif
$(OPENSSL_USED):
	$(if $(openssl_fault),$(error $(openssl_fault)))
	$(if $(BSD_LIBS),,$(error no libbsd is installed for building: call \
	    scripts/install-packages))
	@mkdir -p $(@D)
	@echo '$(OPENSSL_IS)' >$@

.PHONY: not-the-same
