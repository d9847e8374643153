#include "registry/records/record_builder.h"

#include "common/encoding/base64.h"
#include "common/keys/public_key_line.h"
#include "common/sshsig/sign.h"
#include "common/sshsig/verify.h"

namespace countersign::registry::records {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Result<std::optional<base::PersonName>> read_person(const std::optional<std::string>& text) {
  if (!text) return std::optional<base::PersonName>();
  auto person = base::PersonName::parse(*text);
  if (!person) return person.error();
  return std::optional(*std::move(person));
}

Result<statement::LoginKey> read_login_key(const store::LoginKey& row) {
  auto line = keys::parse_record_key(row.line);
  if (!line) return line.error().within("login key " + row.fingerprint);
  auto person = read_person(row.person);
  if (!person) return person.error().within("login key " + row.fingerprint);
  return statement::LoginKey{*std::move(line), *std::move(person)};
}

}  // namespace

Result<statement::Approver> read_approver(const store::Approver& row) {
  const std::string what = "approver " + row.fingerprint;
  auto key = keys::parse_public_key(row.key);
  if (!key) return key.error().within(what);
  const auto level = statement::parse_level(row.level);
  if (!level) return level.error().within(what);
  auto person = read_person(row.person);
  if (!person) return person.error().within(what);
  const auto blob = encoding::base64_decode(row.endorsement);
  if (!blob) return blob.error().within(what);
  auto endorsement = sshsig::parse_signature(*blob);
  if (!endorsement) return endorsement.error().within(what);
  return statement::Approver{*level, row.added, *std::move(key), *std::move(person), *std::move(endorsement)};
}

Result<statement::RecordFields> record_fields(const store::UserContents& contents, const RecordStamp& stamp) {
  auto hosts = statement::HostScope::parse(contents.user.hosts);
  if (!hosts) return hosts.error().within("hosts");
  statement::RecordFields fields{.user = contents.user.name,
                                 .hosts = *std::move(hosts),
                                 .serial = stamp.serial,
                                 .issued = stamp.issued,
                                 .expires = stamp.expires,
                                 .login_keys = {},
                                 .approvers = {},
                                 .recovery = {},
                                 .revoked_trust = {},
                                 .trust_not_before = {}};
  for (const store::LoginKey& row : contents.login_keys) {
    if (row.reported) continue;
    auto key = read_login_key(row);
    if (!key) return key.error();
    fields.login_keys.push_back(*std::move(key));
  }
  for (const store::Approver& row : contents.approvers) {
    auto approver = read_approver(row);
    if (!approver) return approver.error();
    fields.approvers.push_back(*std::move(approver));
  }
  const auto roles = fields.check_roles();
  if (!roles) return roles.error();
  return fields;
}

Result<void> check_contents(const store::UserContents& contents, const crypto::PrivateKey& key) {
  store::UserContents all = contents;
  for (store::LoginKey& row : all.login_keys) row.reported.reset();  // it must still fit when the report is cleared
  const base::Time issued{};
  const auto fields = record_fields(all, RecordStamp{statement::max_serial, issued, issued + base::Seconds{1}});
  if (!fields) return fields.error();
  const auto record = statement::Record::sign(*fields, key);
  if (!record) return record.error().within("the record of " + contents.user.name.str());
  return {};
}

Result<std::string> endorse(const statement::EndorsementFields& fields, const crypto::PrivateKey& key) {
  const std::string message = fields.print_unsigned();
  const auto signature = sshsig::sign(key, statement::name_space(statement::Kind::approver), base::as_bytes(message));
  if (!signature) return signature.error();
  return encoding::base64_encode(sshsig::serialize(*signature));
}

store::Approver approver_row(const statement::EndorsementFields& fields, std::string endorsement, std::string label) {
  return store::Approver{.fingerprint = fields.key.fingerprint(),
                         .key = keys::print_public_key(fields.key),
                         .level = std::string(to_string(fields.level)),
                         .person = fields.person ? std::optional(fields.person->str()) : std::nullopt,
                         .label = std::move(label),
                         .added = fields.added,
                         .endorsement = std::move(endorsement)};
}

Result<GivenEndorsement> read_endorsement(std::string_view text) {
  const auto endorsement = statement::Endorsement::parse(text);
  if (!endorsement) return endorsement.error();
  const sshsig::Signature& signature = endorsement->signature();
  const auto key = crypto::PublicKey::from_blob(signature.public_key);
  if (!key) return key.error();
  const auto verified = sshsig::verify(signature, *key, statement::name_space(statement::Kind::approver),
                                       base::as_bytes(endorsement->signed_message()), {});
  if (!verified) return verified.error();
  return GivenEndorsement{endorsement->fields(), encoding::base64_encode(sshsig::serialize(signature)),
                          key->fingerprint()};
}

}  // namespace countersign::registry::records
