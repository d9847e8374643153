#include "registry/admin/site.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/files/read_named.h"
#include "common/files/replace.h"
#include "common/files/safe_read.h"
#include "registry/store/sqlite_store.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;
constexpr unsigned kConnections = 4;

Error system_error(ErrorCode code, const std::string& what) {
  return Error(code, what + ": " + std::generic_category().message(errno));
}

}  // namespace

Result<config::RegistryConfig> load_config(const Options& options) {
  files::Rules rules;
  rules.owner = ::geteuid();
  return config::load_registry_config(options.value_or("config", config::kRegistryConfigPath), rules);
}

Result<void> become_owner_of(const std::string& database) {
  if (::geteuid() != 0) return {};
  const std::string directory = database.substr(0, database.rfind('/'));
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0) return system_error(ErrorCode::not_found, directory);
  if (!S_ISDIR(status.st_mode)) return Error(ErrorCode::unsafe_file, directory + ": not a directory");
  if (status.st_uid == 0) return {};
  if (::setgroups(0, nullptr) != 0 || ::setresgid(status.st_gid, status.st_gid, status.st_gid) != 0 ||
      ::setresuid(status.st_uid, status.st_uid, status.st_uid) != 0) {
    return system_error(ErrorCode::io_error, "cannot become the owner of " + directory);
  }
  return {};
}

Result<Site> open_site(const Options& options) {
  auto config = load_config(options);
  if (!config) return config.error();
  const auto became = become_owner_of(config->database);
  if (!became) return became.error();
  auto clock = std::make_unique<base::SystemClock>();
  auto store = store::SqliteStore::open(config->database, *clock, kConnections);
  if (!store) return store.error();
  return Site{*std::move(config), std::move(clock), *std::move(store)};
}

Result<crypto::PrivateKey> load_signing_key(const config::RegistryConfig& config) {
  files::Rules rules;
  rules.owner = ::geteuid();
  rules.readers = files::Readers::owner_only;
  const auto text = files::read_secret(config.signing_key, rules);
  if (!text) return text.error();
  auto key = crypto::PrivateKey::parse_openssh(base::as_text(*text));
  if (!key) return key.error().within(config.signing_key);
  return key;
}

Result<crypto::P256Key> make_vapid_key(const std::string& path) {
  auto key = crypto::P256Key::generate();
  files::Rules rules;
  rules.owner = ::geteuid();
  const auto written = files::replace_file(path, key.serialize_pem(), rules, {.mode = 0600});
  if (!written) return written.error();
  return key;
}

Result<crypto::P256Key> load_or_make_vapid_key(const config::RegistryConfig& config) {
  const std::string& path = config.push.vapid_key;
  files::Rules rules;
  rules.owner = ::geteuid();
  rules.readers = files::Readers::owner_only;
  const auto text = files::read_secret(path, rules);
  if (!text && text.error().code == ErrorCode::not_found) return make_vapid_key(path);
  if (!text) return text.error();
  auto key = crypto::P256Key::parse_pem(base::as_text(*text));
  if (!key) return key.error().within(path);
  return key;
}

Result<std::string> read_named(const std::string& name) { return files::read_named_or_input(name, kMostBytes); }

Result<std::string> read_named_or_text(const std::string& operand) {
  if (operand.find(' ') != std::string::npos) return operand;
  return read_named(operand);
}

}  // namespace countersign::registry::admin
