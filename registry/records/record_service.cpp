#include "registry/records/record_service.h"

#include <algorithm>

#include "common/keys/public_key_line.h"
#include "registry/records/record_builder.h"

namespace countersign::registry::records {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UserName;

namespace {

// How long a record may live is for each host to say (records.max_life).
constexpr base::Seconds kAnyLife{100LL * 366 * 24 * 3600};

Result<std::string> signer_line(std::string_view name_space, base::ByteView key_blob) {
  const auto key = crypto::PublicKey::from_blob(key_blob);
  if (!key) return key.error();
  return "* namespaces=\"" + std::string(name_space) + "\" " + keys::print_public_key(*key) + "\n";
}

// The keys that signed this record and its endorsements, each for what it signed. A passkey's endorsement counts only
// through the passkey's own (PROTOCOL.md section 4.2), so it is left for the chain of approvers to judge.
Result<keys::Signers> signers_in(const statement::Record& record) {
  auto text = signer_line(statement::name_space(statement::Kind::record), record.signature().public_key);
  if (!text) return text.error();
  std::vector<base::Bytes> seen;
  for (const statement::Approver& approver : record->approvers) {
    if (approver.endorsement.signature.algorithm == crypto::SignatureAlgorithm::webauthn_sk_ecdsa_p256) continue;
    const base::Bytes& blob = approver.endorsement.public_key;
    if (std::find(seen.begin(), seen.end(), blob) != seen.end()) continue;
    seen.push_back(blob);
    const auto line = signer_line(statement::name_space(statement::Kind::approver), blob);
    if (!line) return line.error();
    text->append(*line);
  }
  return keys::Signers::parse(*text);
}

Result<Current> read_current(std::string_view text, const UserName* name, base::Time now) {
  const auto parsed = statement::Record::parse(text);
  if (!parsed) return parsed.error();
  auto signers = signers_in(*parsed);
  if (!signers) return signers.error();
  const policy::RecordExpectation expected{.user = name == nullptr ? parsed.value()->user : *name,
                                           .scope = policy::EveryHost{},
                                           .now = now,
                                           .max_life = kAnyLife};
  auto record = policy::verify_record(text, expected, *signers);
  if (!record) return record.error();
  std::string etag = "\"" + record->hash().str() + "\"";
  const auto serial = static_cast<std::int64_t>((*record)->serial);
  return Current{*std::move(record), *std::move(signers), std::move(etag), serial};
}

Error unknown(const UserName& name) { return Error(ErrorCode::record_unknown, "no record of " + name.str()); }

}  // namespace

RecordService::RecordService(store::Store& store, const base::Clock& clock, crypto::PrivateKey key, RecordTimes times,
                             SignedObserver on_signed)
    : store_(store), clock_(clock), key_(std::move(key)), times_(times), on_signed_(std::move(on_signed)) {}

Result<CurrentPtr> RecordService::current(const UserName& name) {
  for (const bool may_sign : {false, true}) {
    std::unique_lock<std::mutex> turn(signing_, std::defer_lock);
    if (may_sign) turn.lock();  // and look again: another thread may have signed meanwhile
    const auto user = store_.user(name);
    if (!user && user.error().code == ErrorCode::not_found) return unknown(name);
    if (!user) return user.error();
    if (user->disabled) return unknown(name);
    auto served = stored(*user);
    if (served || served.error().code != ErrorCode::record_unknown) return served;
    if (user->offline) return served;
    if (may_sign) return sign(name);
  }
  return Error(ErrorCode::internal, "unreachable");
}

bool RecordService::may_serve(const store::User& user, const store::Record& record) const {
  const base::Time now = clock_.now();
  if (now >= record.expires) return false;
  if (user.offline) return true;
  return record.revision == user.revision && now < record.issued + times_.resign_after &&
         (record.issued > times_.signed_since || cached(user.name, record) != nullptr) &&
         record.issued <= now + policy::clock_tolerance;
}

CurrentPtr RecordService::cached(const UserName& name, const store::Record& record) const {
  const std::lock_guard lock(cache_mutex_);
  const auto found = cache_.find(name.str());
  return found != cache_.end() && found->second->serial == record.serial ? found->second : nullptr;
}

// record_unknown: there is none that may be served as it is.
Result<CurrentPtr> RecordService::stored(const store::User& user) {
  const auto record = store_.record(user.name);
  if (!record && record.error().code == ErrorCode::not_found) return unknown(user.name);
  if (!record) return record.error();
  if (!may_serve(user, *record)) return unknown(user.name);
  auto loaded = load(user.name, *record);
  if (!loaded) return user.offline ? loaded : unknown(user.name);
  const bool by_other_key = (*loaded)->record.record().signature().public_key != key_.public_key().blob();
  if (by_other_key && !user.offline) return unknown(user.name);
  return loaded;
}

Result<CurrentPtr> RecordService::load(const UserName& name, const store::Record& record) {
  if (auto known = cached(name, record)) return known;
  auto read = read_current(record.text, &name, clock_.now());
  if (!read) return read.error();
  auto current = std::make_shared<const Current>(*std::move(read));
  const std::lock_guard lock(cache_mutex_);
  cache_[name.str()] = current;
  return CurrentPtr(current);
}

Result<CurrentPtr> RecordService::sign(const UserName& name) {
  const auto contents = store_.contents(name);
  if (!contents) return contents.error().code == ErrorCode::not_found ? unknown(name) : contents.error();
  const auto serial = store_.take_serial(name, clock_.now_unix_ms());
  if (!serial) return serial.error();
  const base::Time now = clock_.now();
  const auto fields =
      record_fields(*contents, RecordStamp{static_cast<std::uint64_t>(*serial), now, now + times_.life});
  if (!fields) return fields.error();
  const auto record = statement::Record::sign(*fields, key_);
  if (!record) return record.error();
  const store::Record row{*serial, contents->user.revision, now, now + times_.life, record->text()};
  const auto put = store_.put_record(name, row);
  // Overtaken by another process with the same store: its record is newer, and the next request serves it.
  if (!put && put.error().code != ErrorCode::record_rolled_back) return put.error();
  if (put) on_signed_(name, *serial);
  const auto newest = store_.record(name);
  if (!newest) return newest.error();
  return load(name, *newest);
}

Result<policy::VerifiedRecord> read_foreign_record(std::string_view text, const base::Clock& clock) {
  auto current = read_current(text, nullptr, clock.now());
  if (!current) return current.error();
  return std::move(current->record);
}

}  // namespace countersign::registry::records
