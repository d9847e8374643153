// policy/record.h: is this the user's record, for this host, now? (PROTOCOL.md section 7.1)
//
// verify_record() is the only maker of a VerifiedRecord; advance_floor() holds it against the newest record that was
// accepted before. Both are pure: time, signers and floor come from the caller, who reads and writes the files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/keys/signers.h"
#include "common/statement/record.h"

namespace countersign::policy {

inline constexpr base::Seconds clock_tolerance{300};

// The host as its own configuration names it.
struct HostIdentity {
  base::HostName host;
  std::vector<base::GroupName> groups;
};
// For the registry, which is no host and serves all of them. A host never passes this.
struct EveryHost {};

struct RecordExpectation {
  base::UserName user;
  std::variant<HostIdentity, EveryHost> scope;
  base::Time now;
  base::Seconds max_life{7 * 24 * 3600};
};

class VerifiedRecord {
 public:
  const statement::RecordFields* operator->() const { return &record_.fields(); }
  [[nodiscard]] const statement::RecordFields& fields() const { return record_.fields(); }
  [[nodiscard]] const statement::Record& record() const { return record_; }
  [[nodiscard]] const statement::Hash32& hash() const { return hash_; }  // of all bytes, as in floors and ETags

 private:
  explicit VerifiedRecord(statement::Record record) : record_(std::move(record)), hash_(record_.text_hash()) {}
  friend base::Result<VerifiedRecord> verify_record(std::string_view text, const RecordExpectation& expected,
                                                    const keys::Signers& signers);
  statement::Record record_;
  statement::Hash32 hash_;
};

// The rows of section 7.1 down to the roles of keys, in their order, with their codes.
base::Result<VerifiedRecord> verify_record(std::string_view text, const RecordExpectation& expected,
                                           const keys::Signers& signers);

// What is remembered of the newest record that was accepted: one line of `floors/NAME` (section 11).
struct Floor {
  std::uint64_t serial;
  statement::Hash32 hash;
  base::Time issued;  // the newest issue time of any record accepted so far

  // "SERIAL HASH32 ISSUED", one LF at the end. bad_statement otherwise.
  static base::Result<Floor> parse(std::string_view line);
  [[nodiscard]] std::string print() const;
  friend bool operator==(const Floor&, const Floor&) = default;
};

// The last rows of section 7.1: clock_went_back, record_rolled_back or record_serial_reused; else the floor to store.
// nullopt where no record was accepted before.
base::Result<Floor> advance_floor(const std::optional<Floor>& floor, const VerifiedRecord& record, base::Time now);

}  // namespace countersign::policy
