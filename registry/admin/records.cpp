#include <array>

#include "registry/admin/command.h"
#include "registry/admin/job.h"
#include "registry/records/record_service.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kShowHelp = R"(countersign-registry record show: prints the record that a host would get.

Usage: countersign-registry record show USER [--config FILE]

A record that is due is signed first. The text can be checked with ssh-keygen -Y verify in namespace record.v1@countersign.

Example: countersign-registry record show alice
)";

constexpr std::string_view kImportHelp =
    R"(countersign-registry record import: stores a record that was signed elsewhere.

Usage: countersign-registry record import FILE [--config FILE]

FILE is the record with its signature, "-" for standard input. The user becomes an offline one, made if need be: this registry
serves the record until it expires and signs none, so a new one must be imported in time. The serial must be higher than
any before. Whether the signing key counts is for each host's signers file to say.

Example: ssh-keygen -Y sign -n record.v1@countersign -f offline_key alice
         cat alice alice.sig | countersign-registry record import -
)";

Result<void> show_record(const Job& job, const base::UserName& name) {
  const config::RegistryConfig& config = job.site.config;
  auto key = load_signing_key(config);
  if (!key) return key.error();
  const records::RecordTimes times{std::chrono::duration_cast<base::Seconds>(config.records.life),
                                   std::chrono::duration_cast<base::Seconds>(config.records.resign_after)};
  records::RecordService service(*job.site.store, *job.site.clock, *std::move(key), times, [](const auto&, auto) {});
  const auto current = service.current(name);
  if (!current) return current.error();
  job.streams.out << (*current)->text();
  return {};
}

Result<void> run_import(const Options& options, const Streams& streams) {
  const auto text = read_named(options.operands().at(0));
  if (!text) return text.error();
  const auto record = records::read_foreign_record(*text, base::SystemClock());
  if (!record) return record.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  const statement::RecordFields& fields = record->fields();
  const store::Record row{static_cast<std::int64_t>(fields.serial), 0, fields.issued, fields.expires, *text};
  const auto imported = site->store->import_record(fields.user, fields.hosts.str(), row);
  if (!imported) return imported;
  streams.notes << "Stored serial " << fields.serial << " of " << fields.user.str() << ", signed by "
                << crypto::fingerprint(record->record().signature().public_key) << ", valid until "
                << base::format_time(fields.expires) << ".\n";
  return {};
}

constexpr std::array kPlainOptions{kConfigOption};
constexpr std::array kCommands{
    Command{"record show", "prints a user's signed record", kShowHelp, kPlainOptions, {1, 1}, on_user<show_record>},
    Command{"record import",
            "stores a record that was signed elsewhere",
            kImportHelp,
            kPlainOptions,
            {1, 1},
            plain<run_import>},
};

}  // namespace

std::span<const Command> record_commands() { return kCommands; }

}  // namespace countersign::registry::admin
