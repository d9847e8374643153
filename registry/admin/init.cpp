#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "common/files/replace.h"
#include "common/keys/public_key_line.h"
#include "registry/admin/command.h"
#include "registry/admin/site.h"
#include "registry/store/sqlite_store.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kHelp =
    R"(countersign-registry init: makes a new registry on this machine.

Usage: countersign-registry init --url ORIGIN [OPTION…]

  --url ORIGIN            how hosts and phones reach it, for example https://registry.example.com
  --config FILE           the configuration to write (default /etc/countersign-registry/registry.yaml)
  --directory DIR         for database and signing key (default /var/lib/countersign-registry)
  --listen ADDRESS:PORT   default 127.0.0.1:8080; another address than loopback takes TLS or --behind-proxy
  --tls-certificate FILE  PEM chain; together with --tls-key FILE
  --behind-proxy          a proxy in front ends TLS
  --phone-origin ORIGIN   where the approving web app lives; without it passkeys are not accepted
  --owner USER            who runs the registry and owns DIR (default: countersign-registry where root runs init and
                          that user exists, else who runs init)

Makes DIR (0700), registry.db, signing_key (0600, an OpenSSH Ed25519 key), signing_key.pub, vapid_key (0600, a P-256 key
in PEM, which signs for push services) and FILE. Nothing that exists is changed: init refuses instead. Prints the lines for /etc/countersign/signers on the hosts. The second lets this
registry endorse approvers; leave it out where only an administrator's own key shall (see approver request).

Example: countersign-registry init --url https://registry.example.com --listen 0.0.0.0:443 \
           --tls-certificate /etc/ssl/registry.pem --tls-key /etc/ssl/private/registry.key >> signers
)";

constexpr std::array kOptions{
    OptionSpec{"url", Takes::value, true},
    OptionSpec{"config"},
    OptionSpec{"directory"},
    OptionSpec{"listen"},
    OptionSpec{"tls-certificate"},
    OptionSpec{"tls-key"},
    OptionSpec{"behind-proxy", Takes::nothing},
    OptionSpec{"phone-origin"},
    OptionSpec{"owner"},
};

Error system_error(const std::string& what) {
  const ErrorCode code = errno == EEXIST ? ErrorCode::already_exists : ErrorCode::io_error;
  return Error(code, what + ": " + std::generic_category().message(errno));
}

// Values come from the command line and go between double quotes; the configuration's own parser then judges them.
Result<std::string> config_text(const Options& options, const std::string& directory) {
  std::string text = "# The Countersign registry. Every setting: countersign-registry(8).\n";
  const auto line = [&](std::string_view indent, std::string_view key, const std::string& value) {
    text.append(indent).append(key).append(": \"").append(value).append("\"\n");
  };
  for (const char* name : {"url", "listen", "tls-certificate", "tls-key", "phone-origin", "directory"}) {
    const std::string value = options.value_or(name, "");
    if (value.find_first_of("\"\\\n\r\t") != std::string::npos) {
      return Error(ErrorCode::bad_usage, "--" + std::string(name) + " holds a character that cannot stand there");
    }
  }
  line("", "url", options.required("url"));
  line("", "listen", options.value_or("listen", "127.0.0.1:8080"));
  if (options.has("behind-proxy")) text.append("behind_proxy: true\n");
  line("", "database", directory + "/registry.db");
  line("", "signing_key", directory + "/signing_key");
  if (options.has("tls-certificate") || options.has("tls-key")) {
    text.append("tls:\n");
    if (const auto file = options.value("tls-certificate")) line("  ", "certificate", *file);
    if (const auto file = options.value("tls-key")) line("  ", "key", *file);
  }
  if (const auto origin = options.value("phone-origin")) {
    text.append("phone:\n");
    line("  ", "origin", *origin);
  }
  return text;
}

struct Owner {
  uid_t user;
  gid_t group;
};

Result<Owner> find_owner(const Options& options) {
  const Owner self{::geteuid(), ::getegid()};
  const auto named = options.value("owner");
  if (!named && self.user != 0) return self;
  errno = 0;
  const passwd* const entry = ::getpwnam(named.value_or("countersign-registry").c_str());  // NOLINT: one thread
  if (entry != nullptr) return Owner{entry->pw_uid, entry->pw_gid};
  if (errno != 0) return system_error("--owner");
  if (named) return Error(ErrorCode::unknown_user, *named);
  return self;
}

Result<void> refuse_existing(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return Error(ErrorCode::already_exists, path);
  if (errno != ENOENT) return system_error(path);
  return {};
}

Result<void> make_directory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
  return system_error(path);
}

Result<void> write_new(const std::string& path, base::ByteView content, mode_t mode) {
  files::Rules rules;
  rules.owner = ::geteuid();
  return files::replace_file(path, content, rules, {.mode = mode});
}

Result<crypto::PrivateKey> make_signing_key(const std::string& path) {
  auto key = crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  if (!key) return key;
  const auto file = key->serialize_openssh("countersign-registry");
  if (!file) return file.error();
  if (auto written = write_new(path, *file, 0600); !written) return written.error();
  const std::string line = keys::print_public_key(key->public_key()) + " countersign-registry\n";
  if (auto written = write_new(path + ".pub", base::as_bytes(line), 0644); !written) return written.error();
  return key;
}

Result<crypto::PrivateKey> make_data(const std::string& directory) {
  auto key = make_signing_key(directory + "/signing_key");
  if (!key) return key;
  if (auto made = make_vapid_key(directory + "/vapid_key"); !made) return made.error();
  const base::SystemClock clock;
  const auto store = store::SqliteStore::create(directory + "/registry.db", clock);
  if (!store) return store.error();
  const auto noted = (*store)->set_meta("signing_key", key->public_key().fingerprint());
  if (!noted) return noted.error();
  return key;
}

Result<void> hand_over(const std::string& directory, const Owner& owner) {
  if (owner.user == ::geteuid()) return {};
  for (const char* name : {"/registry.db", "/signing_key", "/signing_key.pub", "/vapid_key", ""}) {
    const std::string path = directory + name;
    if (::lchown(path.c_str(), owner.user, owner.group) != 0) return system_error(path);
  }
  return {};
}

void print_signers(const crypto::PublicKey& key, const Streams& streams) {
  const std::string line = keys::print_public_key(key);
  streams.out << "* namespaces=\"record.v1@countersign\" " << line << " countersign-registry\n";
  streams.out << "* namespaces=\"approver.v1@countersign\" " << line << " countersign-registry\n";
}

Result<void> run_init(const Options& options, const Streams& streams) {
  const std::string path = options.value_or("config", config::kRegistryConfigPath);
  const std::string directory = options.value_or("directory", "/var/lib/countersign-registry");
  for (const std::string& given : {path, directory}) {
    if (auto sound = config::check_absolute_path(given); !sound)
      return Error(ErrorCode::bad_usage, given + ": " + sound.error().detail);
  }
  const auto text = config_text(options, directory);
  if (!text) return text.error();
  if (auto parsed = config::parse_registry_config(*text, path); !parsed) return parsed.error();
  const auto owner = find_owner(options);
  if (!owner) return owner.error();
  for (const std::string& file : {path, directory + "/registry.db", directory + "/signing_key",
                                  directory + "/signing_key.pub", directory + "/vapid_key"}) {
    if (auto free = refuse_existing(file); !free) return free;
  }
  if (auto made = make_directory(path.substr(0, path.rfind('/')), 0755); !made) return made;
  if (auto made = make_directory(directory, 0700); !made) return made;
  const auto key = make_data(directory);
  if (!key) return key.error();
  if (auto handed = hand_over(directory, *owner); !handed) return handed;
  // Last: a registry that has a configuration is whole.
  if (auto written = write_new(path, base::as_bytes(*text), 0644); !written) return written;
  print_signers(key->public_key(), streams);
  streams.notes << "Wrote " << path << " and " << directory
                << ". The two lines belong into /etc/countersign/signers on each host.\n";
  return {};
}

constexpr std::array kCommands{
    Command{"init", "makes a new registry: configuration, database, keys", kHelp, kOptions, {}, plain<run_init>}};

}  // namespace

std::span<const Command> init_commands() { return kCommands; }

}  // namespace countersign::registry::admin
