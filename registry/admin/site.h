// registry/admin/site.h: the registry on this machine as its commands see it: configuration, store, signing key.
//
// The configuration belongs to root or to the user who runs the command. A command that root runs gives up root for
// good before it touches the data, becoming the owner of the database's directory: root neither leaves files there that
// the server could not write, nor follows what the server's user could put there.
#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/config/registry_config.h"
#include "common/crypto/p256.h"
#include "common/crypto/private_key.h"
#include "registry/admin/command.h"
#include "registry/store/store.h"

namespace countersign::registry::admin {

inline constexpr OptionSpec kConfigOption{"config", Takes::value};

struct Site {
  config::RegistryConfig config;
  std::unique_ptr<base::SystemClock> clock;
  std::unique_ptr<store::Store> store;
};

base::Result<config::RegistryConfig> load_config(const Options& options);
// Becomes the owner and opens the store. Read what the user named before calling it.
base::Result<Site> open_site(const Options& options);
base::Result<void> become_owner_of(const std::string& database);

base::Result<crypto::PrivateKey> load_signing_key(const config::RegistryConfig& config);

// The key that signs for push services (RFC 8292). A site that was made before there was one gets it when it first
// serves.
base::Result<crypto::P256Key> make_vapid_key(const std::string& path);
base::Result<crypto::P256Key> load_or_make_vapid_key(const config::RegistryConfig& config);

// The content of a file that the user named, "-" for standard input, at most 64 KiB. Its content is checked by itself.
base::Result<std::string> read_named(const std::string& name);

// A file name, "-", or the text itself where it holds a space.
base::Result<std::string> read_named_or_text(const std::string& operand);

}  // namespace countersign::registry::admin
