// policy/approver.h: did an approver of this user, one that counts here, sign this reply? The part of PROTOCOL.md
// section 7.2 that an answer to a challenge (answer.h) and a trust given earlier (trust.h) have in common.
#pragma once

#include <optional>
#include <set>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/keys/signers.h"
#include "common/policy/endorsement.h"
#include "common/policy/record.h"
#include "common/statement/challenge.h"

namespace countersign::policy {

using Levels = std::set<statement::Level>;
inline const Levels& default_levels() {
  static const Levels levels{statement::Level::passkey, statement::Level::hardware};
  return levels;
}
inline const Levels& all_levels() {
  static const Levels levels{statement::Level::passkey, statement::Level::hardware, statement::Level::ssh_key};
  return levels;
}

struct ApproverExpectation {
  const base::UserName& user;
  const std::optional<base::PersonName>& login_person;  // of the login key that was used
  const Levels& accepted_levels;
  const PhoneExpectation& phone;
  base::Time now;  // for the validity of signers
};

// In this order: wrong_user, not_an_approver, wrong_person, not_endorsed, level_not_accepted, and what
// verify_approver_signature says. The approver is one of `record`'s and lives as long.
base::Result<const statement::Approver*> verify_signed_by_approver(const statement::Reply& reply,
                                                                   const ApproverExpectation& expected,
                                                                   const VerifiedRecord& record,
                                                                   const keys::Signers& signers);

}  // namespace countersign::policy
