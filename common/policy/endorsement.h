// policy/endorsement.h: who vouches for an approver, and what an approver's signature must show (PROTOCOL.md 4.2).
//
// An endorsement holds when its signature verifies and its key is one that signers lists for approver.v1@countersign
// and the user, or that of another approver of the same record, of the same person, whose own endorsement holds in
// turn. A registry whose key is not listed for endorsing can therefore not add an approver, whatever it signs.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/keys/signers.h"
#include "common/policy/record.h"
#include "common/sshsig/verify.h"

namespace countersign::policy {

// Where webauthn signatures come from at this site; without it none is accepted.
using PhoneExpectation = std::optional<sshsig::WebauthnExpectation>;

// not_endorsed, with what failed in the detail. `approver` is one of `record`'s.
base::Result<void> verify_endorsement(const VerifiedRecord& record, const statement::Approver& approver,
                                      const keys::Signers& signers, const PhoneExpectation& phone, base::Time now);

// A signature of a key of this level: a passkey must have signed as webauthn does, with user verification; other keys
// as their type does. Errors are those of sshsig::verify.
base::Result<sshsig::VerifiedSignature> verify_approver_signature(const sshsig::Signature& signature,
                                                                  const crypto::PublicKey& key, statement::Level level,
                                                                  statement::Kind kind, std::string_view message,
                                                                  const PhoneExpectation& phone);

}  // namespace countersign::policy
