#include "registry/admin/listing.h"

#include "common/encoding/text.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;

namespace {

template <typename Name>
Result<Name> first_operand(const Options& options) {
  auto name = Name::parse(options.operands().at(0));
  if (!name) return Error(ErrorCode::bad_usage, name.error().detail);
  return name;
}

}  // namespace

Result<UserName> user_operand(const Options& options) { return first_operand<UserName>(options); }

Result<base::HostName> host_operand(const Options& options) { return first_operand<base::HostName>(options); }

Result<std::string> label_of(const Options& options, const std::string& comment) {
  constexpr std::size_t kLongest = 200;
  const bool given = options.has("label");
  std::string label = options.value_or("label", comment);
  const bool framed = label.starts_with(' ') || label.ends_with(' ');
  if (label.size() <= kLongest && !framed && encoding::check_text(label)) return label;
  if (!given) return std::string();  // somebody else's comment is worth no error
  return Error(ErrorCode::bad_usage, "--label: one line of at most 200 bytes, no space at its ends");
}

Result<std::optional<std::string>> person_of(const Options& options) {
  const auto text = options.value("person");
  if (!text) return std::optional<std::string>();
  const auto person = base::PersonName::parse(*text);
  if (!person) return Error(ErrorCode::bad_usage, "--person: " + person.error().detail);
  return std::optional(person->str());
}

std::string describe(const store::LoginKey& key) {
  std::string text =
      key.fingerprint + " " + key.line.substr(0, key.line.rfind(' ')) + " added " + base::format_time(key.added);
  if (key.person) text.append(" person ").append(*key.person);
  if (key.reported) text.append(" REPORTED ").append(base::format_time(*key.reported));
  if (!key.label.empty()) text.append(" (").append(key.label).append(")");
  return text;
}

std::string describe(const store::Approver& approver) {
  std::string text = approver.fingerprint + " " + approver.key.substr(0, approver.key.find(' ')) + " level " +
                     approver.level + " added " + base::format_time(approver.added);
  if (approver.person) text.append(" person ").append(*approver.person);
  if (!approver.label.empty()) text.append(" (").append(approver.label).append(")");
  return text;
}

Result<void> refuse_offline(const Site& site, const UserName& name) {
  const auto user = site.store->user(name);
  if (!user) return user.error();
  if (!user->offline) return {};
  return Error(ErrorCode::registry_refused,
               "the records of " + name.str() + " are signed elsewhere: change them there, then record import");
}

}  // namespace countersign::registry::admin
