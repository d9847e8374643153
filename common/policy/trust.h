// policy/trust.h: does a trust that an approver gave earlier admit this login too? (PROTOCOL.md section 7.4)
//
// Trust covers logins that are like the one it was given for: equal user, service, login key and address, on the same
// host, until its time, and never for longer than the host's own policy allows now. It is verified at each use against
// the record in force, so taking the approver away, or the trust back, ends it. What has no login key or no network
// address is never trusted.
#pragma once

#include <optional>
#include <string_view>

#include "common/policy/answer.h"

namespace countersign::policy {

struct TrustExpectation {
  base::UserName user;
  base::HostName host;
  base::ServiceName service;
  std::optional<statement::Fingerprint> login_key;
  base::Address address;
  std::optional<base::PersonName> login_person;
  Levels accepted_levels;
  PhoneExpectation phone;
  base::Seconds max_trust;  // the host's policy as it is now
  base::Time now;
};

// trust_does_not_fit (another login than this, with the field that differs), trust_expired, trust_revoked; else as
// authorize_answer.
base::Result<Approval> authorize_trust(std::string_view text, const TrustExpectation& expected,
                                       const VerifiedRecord& record, const keys::Signers& signers);

}  // namespace countersign::policy
