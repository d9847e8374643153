// statement/value.h: Value, any one value of a statement in its parsed form. For the grammar and the typed kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/crypto/public_key.h"
#include "common/keys/authorized_keys.h"
#include "common/sshsig/signature.h"
#include "common/statement/values.h"

namespace countersign::statement {

// An `approver:` line.
struct ApproverLine {
  Level level;
  base::Time added;
  crypto::PublicKey key;
};

using Value = std::variant<std::string, std::uint64_t, bool, base::Time, base::Seconds, base::UserName,
                           base::PersonName, base::HostName, base::ServiceName, base::Address, base::Origin,
                           std::vector<base::GroupName>, HostScope, HostOrGroup, Hash32, Level, Decision, Via,
                           std::optional<LoginNumber>, std::optional<Connection>, std::optional<Fingerprint>,
                           crypto::PublicKey, ApproverLine, keys::AuthorizedKey, sshsig::Signature>;

}  // namespace countersign::statement
