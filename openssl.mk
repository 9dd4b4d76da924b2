# Which OpenSSL: the system's, or that of OPENSSL_DIR=/path, which is where one
# is installed, or the tree in which it was built.

ifeq ($(OPENSSL_DIR),)

OPENSSL_CFLAGS := $(shell $(PKG_CONFIG) --cflags libssl libcrypto)
OPENSSL_LIBS := $(shell $(PKG_CONFIG) --libs libssl libcrypto)
OPENSSL_IS := $(shell $(PKG_CONFIG) --modversion libssl)

else

, := ,
openssl_at := $(abspath $(OPENSSL_DIR))
openssl_library := $(firstword $(foreach folder,lib64 lib lib/* .,$(wildcard \
	$(openssl_at)/$(folder)/libssl.so $(openssl_at)/$(folder)/libssl.a)))
openssl_header := $(wildcard $(openssl_at)/include/openssl/opensslv.h)

ifneq ($(filter-out clean help uninstall,$(or $(MAKECMDGOALS),all)),)
ifeq ($(openssl_header),)
$(error OPENSSL_DIR=$(OPENSSL_DIR) has no include/openssl/opensslv.h)
endif
ifeq ($(openssl_library),)
$(error OPENSSL_DIR=$(OPENSSL_DIR) has no libssl, itself or in lib64 or lib)
endif
endif

# Its own headers may warn.
openssl_folder := $(patsubst %/.,%,$(patsubst %/,%,$(dir $(openssl_library))))
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
OPENSSL_IS := $(openssl_library) $(shell sed -n \
	's/.*define OPENSSL_VERSION_STR *"\(.*\)"/\1/p' $(openssl_header))

endif

# Objects of one OpenSSL do not go with those of another: all of them need this
# file, which is written anew when it is not the same OpenSSL.
OPENSSL_USED = $(BUILD)/openssl.used

ifneq ($(strip $(file <$(OPENSSL_USED))),$(strip $(OPENSSL_IS)))
$(OPENSSL_USED): not-the-same
endif
$(OPENSSL_USED):
	@mkdir -p $(@D)
	@echo '$(OPENSSL_IS)' >$@

.PHONY: not-the-same
