#include <array>

#include "common/keys/public_key_line.h"
#include "registry/admin/command.h"
#include "registry/admin/job.h"
#include "registry/records/record_builder.h"
#include "registry/records/removal.h"

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
approver.v1@countersign; where registry.yaml says approvers: {endorsed_by: administrator} it is refused. An endorsement
completes a pairing of the key that waits for it, and takes the old one's place for a key that is an approver already. A
key that is a login key of the user is refused.

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

Usage: countersign-registry approver remove USER FINGERPRINT [--last] [--config FILE]

  --last         even the last one: the user can then approve nothing until another is paired

Those that it endorsed stay where the registry's key endorses and had endorsed it: that key takes over, and names them, so
that one that nobody knows can be removed as well. Where an administrator endorses (approvers.endorsed_by), or did so for
this one, they go with it.

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
                            const crypto::PrivateKey& signing_key) {
  const auto fits = [&](const store::UserContents& contents) { return records::check_contents(contents, signing_key); };
  const auto added = site.store->add_approver(name, row, fits);
  if (added || added.error().code != ErrorCode::already_exists) return added;
  return Error(ErrorCode::already_exists, name.str() + " has the approver " + row.fingerprint);
}

Result<void> endorse_by_registry(const Site& site, const statement::EndorsementFields& request, std::string label,
                                 const crypto::PrivateKey& signing_key, const Streams& streams) {
  if (!site.config.registry_endorses) {
    return Error(ErrorCode::registry_refused, "approvers.endorsed_by: administrator: give the --endorsement");
  }
  auto endorsement = records::endorse(request, signing_key);
  if (!endorsement) return endorsement.error();
  const auto row = records::approver_row(request, *std::move(endorsement), std::move(label));
  if (auto added = store_approver(site, request.user, row, signing_key); !added) return added;
  streams.notes << "Added " << describe(row) << '\n';
  return {};
}

// Completes the pairing that waits for it, endorses an approver that is there anew, or adds one.
Result<void> take_endorsement(const Site& site, const records::GivenEndorsement& given, std::string label,
                              const crypto::PrivateKey& signing_key, const Streams& streams) {
  const base::UserName& name = given.fields.user;
  auto row = records::approver_row(given.fields, given.endorsement, std::move(label));
  streams.notes << "Endorsed by " << given.endorser << ": hosts must list it for approver.v1@countersign.\n";
  const auto waiting = site.store->waiting_pairing(name, row.fingerprint);
  if (!waiting && waiting.error().code != ErrorCode::not_found) return waiting.error();
  if (waiting) {
    if (row.label.empty()) row.label = waiting->label;
    const auto fits = [&](const store::UserContents& contents) {
      return records::check_contents(contents, signing_key);
    };
    if (auto added = site.store->add_paired_approver(waiting->id, row, fits); !added) return added;
  } else {
    const auto added = store_approver(site, name, row, signing_key);
    if (!added && added.error().code == ErrorCode::already_exists) {
      const auto replaced = site.store->replace_endorsement(name, row);
      if (!replaced) return added;  // there with another level or person
      streams.notes << "Endorsed anew " << describe(row) << '\n';
      return {};
    }
    if (!added) return added;
  }
  streams.notes << "Added " << describe(row) << '\n';
  return {};
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
  if (given) return take_endorsement(*site, *given, *label, *signing_key, streams);
  return endorse_by_registry(*site, *request, *label, *signing_key, streams);
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

void tell_removal(const base::UserName& name, const std::string& fingerprint, const store::Removal& removal,
                  bool any_left, const Streams& streams) {
  streams.notes << "Removed " << fingerprint << '\n';
  for (const std::string& other : removal.also) {
    streams.notes << "Removed " << other << ", which counted only through it\n";
  }
  for (const auto& other : removal.endorsed) {
    streams.notes << other.fingerprint << " was endorsed by it and is now by the registry's key; remove it, too, if "
                  << "nobody knows it\n";
  }
  if (any_left) return;
  streams.notes << name.str() << " has no approver left: every login that wants an approval is denied until another is "
                << "paired.\n";
}

Result<void> remove_approver(const Job& job, const base::UserName& name) {
  const auto signing_key = load_signing_key(job.site.config);
  if (!signing_key) return signing_key.error();
  const std::string& fingerprint = job.options.operands().at(1);
  const auto last = job.options.has("last") ? records::LastApprover::allow : records::LastApprover::refuse;
  const auto plan = records::removal_plan(fingerprint, {job.site.config.registry_endorses, last}, *signing_key);
  const auto removed = job.site.store->remove_approver(name, fingerprint, plan);
  if (!removed && removed.error().code == ErrorCode::registry_refused) {
    return Error(ErrorCode::registry_refused, removed.error().detail + "; --last removes it all the same");
  }
  if (!removed) return removed.error();
  const auto contents = job.site.store->contents(name);
  if (!contents) return contents.error();
  tell_removal(name, fingerprint, *removed, !contents->approvers.empty(), job.streams);
  return {};
}

constexpr std::array kAddOptions{OptionSpec{"level"}, OptionSpec{"endorsement"}, OptionSpec{"person"},
                                 OptionSpec{"label"}, kConfigOption};
constexpr std::array kRequestOptions{OptionSpec{"level", Takes::value, true}, OptionSpec{"person"}, kConfigOption};
constexpr std::array kPlainOptions{kConfigOption};
constexpr std::array kRemoveOptions{OptionSpec{"last", Takes::nothing}, kConfigOption};
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
            kRemoveOptions,
            {2, 2},
            on_user<online<remove_approver>>},
};

}  // namespace

std::span<const Command> approver_commands() { return kCommands; }

}  // namespace countersign::registry::admin
