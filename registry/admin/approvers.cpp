#include <array>

#include "common/keys/public_key_line.h"
#include "registry/admin/command.h"
#include "registry/admin/job.h"
#include "registry/records/record_builder.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kAddHelp =
    R"(countersign-registry approver add: a key whose signature approves logins of a user.

Usage: countersign-registry approver add USER --level LEVEL (FILE | - | LINE) [OPTION…]
       countersign-registry approver add USER --endorsement FILE [OPTION…]

  --level LEVEL       passkey, hardware (a FIDO key) or ssh-key (hosts accept it only where a rule says so)
  FILE                the public key, as a .pub file; "-" reads standard input; or its line as one argument
  --endorsement FILE  the signed statement made from approver request; key, level and person then come from there
  --person NAME       whose key it is, in an account that several people share
  --label TEXT        for people
  --config FILE

Without --endorsement the registry's own key endorses. Hosts accept that only where their signers file lists the key for
approver.v1@countersign. A key that is a login key of the user is refused.

Example: countersign-registry approver add alice --level hardware alice-fido.pub
)";

constexpr std::string_view kRequestHelp =
    R"(countersign-registry approver request: the statement for an administrator to endorse.

Usage: countersign-registry approver request USER --level LEVEL (FILE | - | LINE) [--person NAME] [--config FILE]

Prints the approver statement. Whoever may endorse signs it on a machine of theirs; statement and signature together are
what approver add --endorsement takes. A stolen registry cannot add an approver where hosts list only such keys.

Example: countersign-registry approver request alice --level hardware alice-fido.pub > alice
         ssh-keygen -Y sign -n approver.v1@countersign -f admin_sk_key alice
         cat alice alice.sig > alice.endorsed
         countersign-registry approver add alice --endorsement alice.endorsed
)";

constexpr std::string_view kListHelp = R"(countersign-registry approver list: the approvers of a user, one a line.

Usage: countersign-registry approver list USER [--config FILE]
)";

constexpr std::string_view kRemoveHelp =
    R"(countersign-registry approver remove: takes an approver and its sessions away.

Usage: countersign-registry approver remove USER FINGERPRINT [--config FILE]

Example: countersign-registry approver remove alice SHA256:5vN…
)";

Result<statement::EndorsementFields> read_request(const base::UserName& name, const Options& options) {
  if (options.operands().size() != 2) return Error(ErrorCode::bad_usage, "the approver's key is missing");
  const auto level_text = options.value("level");
  if (!level_text) return Error(ErrorCode::bad_usage, "--level is missing");
  const auto level = statement::parse_level(*level_text);
  if (!level) return Error(ErrorCode::bad_usage, "--level: " + level.error().detail);
  const auto person = person_of(options);
  if (!person) return person.error();
  std::optional<base::PersonName> owner;
  if (*person) {
    auto parsed = base::PersonName::parse(**person);
    if (!parsed) return parsed.error();
    owner = *std::move(parsed);
  }
  const auto text = read_named_or_text(options.operands().at(1));
  if (!text) return text.error();
  auto key = keys::parse_public_key_file(*text);
  if (!key) return key.error();
  return statement::EndorsementFields{name, std::move(owner), *std::move(key), *level, base::SystemClock().now()};
}

store::Approver row_of(const statement::EndorsementFields& fields, std::string endorsement, std::string label) {
  return store::Approver{.fingerprint = fields.key.fingerprint(),
                         .key = keys::print_public_key(fields.key),
                         .level = std::string(to_string(fields.level)),
                         .person = fields.person ? std::optional(fields.person->str()) : std::nullopt,
                         .label = std::move(label),
                         .added = fields.added,
                         .endorsement = std::move(endorsement)};
}

Result<records::GivenEndorsement> read_given(const base::UserName& name, const Options& options) {
  if (options.has("level") || options.has("person") || options.operands().size() != 1) {
    return Error(ErrorCode::bad_usage, "with --endorsement, key, level and person stand in its file");
  }
  const auto text = read_named(*options.value("endorsement"));
  if (!text) return text.error();
  auto given = records::read_endorsement(*text);
  if (!given) return given.error().within("endorsement");
  if (given->fields.user != name)
    return Error(ErrorCode::wrong_user, "the endorsement is for " + given->fields.user.str());
  return given;
}

Result<void> store_approver(const Site& site, const base::UserName& name, const store::Approver& row,
                            const crypto::PrivateKey& signing_key, const Streams& streams) {
  const auto fits = [&](const store::UserContents& contents) { return records::check_contents(contents, signing_key); };
  const auto added = site.store->add_approver(name, row, fits);
  if (!added && added.error().code == ErrorCode::already_exists) {
    return Error(ErrorCode::already_exists, name.str() + " has the approver " + row.fingerprint);
  }
  if (added) streams.notes << "Added " << describe(row) << '\n';
  return added;
}

Result<void> run_add(const Options& options, const Streams& streams) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto label = label_of(options, {});
  if (!label) return label.error();
  // All that the user named is read before open_site: after it, this process may be somebody else.
  std::optional<records::GivenEndorsement> given;
  std::optional<statement::EndorsementFields> request;
  if (options.has("endorsement")) {
    auto read = read_given(*name, options);
    if (!read) return read.error();
    given = *std::move(read);
  } else {
    auto read = read_request(*name, options);
    if (!read) return read.error();
    request = *std::move(read);
  }
  const auto site = open_site(options);
  if (!site) return site.error();
  if (auto online = refuse_offline(*site, *name); !online) return online;
  const auto signing_key = load_signing_key(site->config);
  if (!signing_key) return signing_key.error();
  if (given) {
    streams.notes << "Endorsed by " << given->endorser << ": hosts must list it for approver.v1@countersign.\n";
    return store_approver(*site, *name, row_of(given->fields, given->endorsement, *label), *signing_key, streams);
  }
  auto endorsement = records::endorse(*request, *signing_key);
  if (!endorsement) return endorsement.error();
  return store_approver(*site, *name, row_of(*request, *std::move(endorsement), *label), *signing_key, streams);
}

Result<void> run_request(const Options& options, const Streams& streams) {
  const auto name = user_operand(options);
  if (!name) return name.error();
  const auto request = read_request(*name, options);
  if (!request) return request.error();
  const auto site = open_site(options);
  if (!site) return site.error();
  if (auto user = site->store->user(*name); !user) return user.error();
  streams.out << request->print_unsigned();
  return {};
}

Result<void> remove_approver(const Job& job, const base::UserName& name) {
  return job.site.store->remove_approver(name, job.options.operands().at(1));
}

constexpr std::array kAddOptions{OptionSpec{"level"}, OptionSpec{"endorsement"}, OptionSpec{"person"},
                                 OptionSpec{"label"}, kConfigOption};
constexpr std::array kRequestOptions{OptionSpec{"level", Takes::value, true}, OptionSpec{"person"}, kConfigOption};
constexpr std::array kPlainOptions{kConfigOption};
constexpr UserWork* kList = list_rows<&store::UserContents::approvers>;
constexpr std::array kCommands{
    Command{"approver add", "adds an approver to a user", kAddHelp, kAddOptions, {1, 2}, plain<run_add>},
    Command{"approver request",
            "prints the statement that an administrator endorses",
            kRequestHelp,
            kRequestOptions,
            {2, 2},
            plain<run_request>},
    Command{"approver list", "a user's approvers", kListHelp, kPlainOptions, {1, 1}, on_user<kList>},
    Command{"approver remove",
            "takes an approver away",
            kRemoveHelp,
            kPlainOptions,
            {2, 2},
            on_user<online<remove_approver>>},
};

}  // namespace

std::span<const Command> approver_commands() { return kCommands; }

}  // namespace countersign::registry::admin
