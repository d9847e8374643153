#include "common/statement/record.h"

#include <algorithm>
#include <set>

#include "common/encoding/base64.h"
#include "common/keys/public_key_line.h"
#include "common/statement/field_reader.h"

namespace countersign::statement {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

LoginKey take_login_key(FieldReader& reader) {
  auto line = reader.take<keys::AuthorizedKey>("login-key");
  return LoginKey{.line = std::move(line), .person = reader.take_if<base::PersonName>("person")};
}

Approver take_approver(FieldReader& reader) {
  auto line = reader.take<ApproverLine>("approver");
  auto person = reader.take_if<base::PersonName>("person");
  return Approver{.level = line.level,
                  .added = line.added,
                  .key = std::move(line.key),
                  .person = std::move(person),
                  .endorsement = reader.take<sshsig::Signature>("endorsement")};
}

}  // namespace

Result<EndorsementFields> EndorsementFields::read(const Statement& statement) {
  FieldReader reader(statement);
  EndorsementFields fields{
      .user = reader.take<base::UserName>("user"),
      .person = reader.take_if<base::PersonName>("person"),
      .key = reader.take<crypto::PublicKey>("key"),
      .level = reader.take<Level>("level"),
      .added = reader.take<base::Time>("added"),
  };
  if (!fits_level(fields.level, fields.key)) return fault_in(statement, "level", "a key of this type cannot have it");
  return fields;
}

std::string EndorsementFields::print_unsigned() const {
  Writer writer(kind);
  writer.field("user", user.str());
  if (person) writer.field("person", person->str());
  return writer.field("key", keys::print_public_key(key))
      .field("level", to_string(level))
      .field("added", base::format_time(added))
      .take();
}

Result<RecordFields> RecordFields::read(const Statement& statement) {
  FieldReader reader(statement);
  RecordFields record{
      .user = reader.take<base::UserName>("user"),
      .hosts = reader.take<HostScope>("hosts"),
      .serial = reader.take<std::uint64_t>("serial"),
      .issued = reader.take<base::Time>("issued"),
      .expires = reader.take<base::Time>("expires"),
      .login_keys = {},
      .approvers = {},
      .recovery = {},
      .revoked_trust = {},
      .trust_not_before = {},
  };
  while (reader.is_next("login-key")) record.login_keys.push_back(take_login_key(reader));
  while (reader.is_next("approver")) {
    record.approvers.push_back(take_approver(reader));
    if (!fits_level(record.approvers.back().level, record.approvers.back().key)) {
      return fault_in(statement, "approver", "a key of this type cannot have this level", record.approvers.size());
    }
  }
  while (reader.is_next("recovery")) record.recovery.push_back(reader.take<Hash32>("recovery"));
  while (reader.is_next("revoked-trust")) record.revoked_trust.push_back(reader.take<Hash32>("revoked-trust"));
  record.trust_not_before = reader.take_if<base::Time>("trust-not-before");
  if (auto fits = check_life(statement, record.issued, record.expires, std::nullopt); !fits) return fits.error();
  return record;
}

std::string RecordFields::print_unsigned() const {
  Writer writer(kind);
  writer.field("user", user.str())
      .field("hosts", hosts.str())
      .field("serial", std::to_string(serial))
      .field("issued", base::format_time(issued))
      .field("expires", base::format_time(expires));
  for (const LoginKey& key : login_keys) {
    writer.field("login-key", keys::print_record_key(key.line));
    if (key.person) writer.field("person", key.person->str());
  }
  for (const Approver& approver : approvers) {
    writer.field("approver", std::string(to_string(approver.level)) + ' ' + base::format_time(approver.added) + ' ' +
                                 keys::print_public_key(approver.key));
    if (approver.person) writer.field("person", approver.person->str());
    writer.field("endorsement", encoding::base64_encode(sshsig::serialize(approver.endorsement)));
  }
  for (const Hash32& hash : recovery) writer.field("recovery", hash.str());
  for (const Hash32& hash : revoked_trust) writer.field("revoked-trust", hash.str());
  if (trust_not_before) writer.field("trust-not-before", base::format_time(*trust_not_before));
  return writer.take();
}

Result<void> RecordFields::check_roles() const {
  std::set<base::Bytes> approving;
  bool repeated = false;
  for (const Approver& approver : approvers) repeated |= !approving.insert(approver.key.blob()).second;
  std::set<base::Bytes> logging_in;
  for (const LoginKey& key : login_keys) {
    if (approving.contains(key.line.key.blob())) {
      return Error(ErrorCode::key_has_both_roles, key.line.key.fingerprint() + " is login key and approver");
    }
    repeated |= !logging_in.insert(key.line.key.blob()).second;
  }
  if (repeated) return Error(ErrorCode::bad_statement, "a key stands twice in one role");
  return {};
}

const LoginKey* RecordFields::login_key(const crypto::PublicKey& key) const {
  for (const LoginKey& candidate : login_keys) {
    if (candidate.line.key == key) return &candidate;
  }
  return nullptr;
}

const Approver* RecordFields::approver(base::ByteView key_blob) const {
  for (const Approver& candidate : approvers) {
    if (std::ranges::equal(candidate.key.blob(), key_blob)) return &candidate;
  }
  return nullptr;
}

std::string RecordFields::endorsed_message(const Approver& approver) const {
  return EndorsementFields{
      .user = user, .person = approver.person, .key = approver.key, .level = approver.level, .added = approver.added}
      .print_unsigned();
}

Hash32 recovery_hash(const base::UserName& user, std::string_view code) {
  return Hash32::of("countersign recovery v1\nuser: " + user.str() + "\ncode: " + std::string(code) + "\n");
}

}  // namespace countersign::statement
