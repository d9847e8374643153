// registry/records/record_service.h: the current record of a user, signed when it must be, else as it was.
//
// A stored record is served until the user's revision, its age (resign_after) or the signing key says otherwise; then a
// new one is signed with serial = max(last + 1, Unix milliseconds) and stored before anybody sees it. An offline user's
// record is served as it was imported, until it expires. Any thread; signing happens one at a time, so that many hosts
// asking at once get one new record, not many.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/base/clock.h"
#include "common/crypto/private_key.h"
#include "common/keys/signers.h"
#include "common/policy/record.h"
#include "registry/store/store.h"

namespace countersign::registry::records {

// A record as it is served, and what is needed to verify an answer against it.
struct Current {
  policy::VerifiedRecord record;
  // Who signed the record and its endorsements. The registry checks that signatures hold; who may endorse is for each
  // host's own signers file to say.
  keys::Signers signers;
  std::string etag;  // with its quotes
  std::int64_t serial;

  [[nodiscard]] const std::string& text() const { return record.record().text(); }
};
using CurrentPtr = std::shared_ptr<const Current>;

struct RecordTimes {
  base::Seconds life;
  base::Seconds resign_after;
  // A record signed before this, or in the same second by somebody else, is signed anew: the server's start. Hosts may
  // have seen newer ones than a database that was restored from a backup holds, and would refuse a lower serial until
  // resign_after had passed.
  base::Time signed_since{};
};

class RecordService {
 public:
  using SignedObserver = std::function<void(const base::UserName&, std::int64_t serial)>;

  RecordService(store::Store& store, const base::Clock& clock, crypto::PrivateKey key, RecordTimes times,
                SignedObserver on_signed);

  // record_unknown: no such user, disabled, or an offline one without a valid record. Else the store's errors.
  base::Result<CurrentPtr> current(const base::UserName& name);

  [[nodiscard]] const crypto::PrivateKey& key() const { return key_; }

 private:
  base::Result<CurrentPtr> stored(const store::User& user);
  [[nodiscard]] bool may_serve(const store::User& user, const store::Record& record) const;
  [[nodiscard]] CurrentPtr cached(const base::UserName& name, const store::Record& record) const;  // null: not there
  base::Result<CurrentPtr> load(const base::UserName& name, const store::Record& record);
  base::Result<CurrentPtr> sign(const base::UserName& name);

  store::Store& store_;
  const base::Clock& clock_;
  const crypto::PrivateKey key_;
  const RecordTimes times_;
  const SignedObserver on_signed_;

  std::mutex signing_;
  mutable std::mutex cache_mutex_;
  std::unordered_map<std::string, CurrentPtr> cache_;  // by user name; one each
};

// Reads a record that was signed elsewhere, for `record import`: its signature holds under the key it names.
base::Result<policy::VerifiedRecord> read_foreign_record(std::string_view text, const base::Clock& clock);

}  // namespace countersign::registry::records
