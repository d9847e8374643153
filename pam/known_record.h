// pam/known_record.h: the newest record of the user who logs in, as far as this login has seen it.
//
// It begins with the cached one, which the key helper fetched a moment before. Each record that takes its place has
// been verified and held against the floor: against what this login has seen, and against what all logins have.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/policy/record.h"
#include "pam/machine.h"

namespace countersign::pam {

class KnownRecord {
 public:
  KnownRecord(Machine& machine, const base::Clock& clock, const Settings& settings, const base::UserName& user,
              base::MonotonicTime deadline)
      : machine_(machine), clock_(clock), settings_(settings), user_(user), deadline_(deadline) {}

  // The cached record; where that cannot be used, the registry's: a cache that a full disk lost must not cost a login.
  base::Result<void> find();
  // The registry's word on it, at this very login: a new one, or that the one we hold is current.
  base::Result<void> confirm();
  // A newer one that came with a reply.
  base::Result<void> replace(std::string_view text);

  [[nodiscard]] bool found() const { return record_.has_value(); }
  [[nodiscard]] bool confirmed() const { return confirmed_; }
  [[nodiscard]] const policy::VerifiedRecord& operator*() const { return record_.value(); }
  [[nodiscard]] const statement::RecordFields* operator->() const { return &record_.value().fields(); }

 private:
  Machine& machine_;
  const base::Clock& clock_;
  const Settings& settings_;
  const base::UserName& user_;
  base::MonotonicTime deadline_;
  std::optional<policy::Floor> floor_;
  std::optional<policy::VerifiedRecord> record_;
  bool confirmed_ = false;
};

}  // namespace countersign::pam
