// registry/records/removal.h: what becomes of those whom a removed approver endorsed.
//
// An endorsement by an approver holds only while that approver is in the record (PROTOCOL.md section 4.2). Where the
// removed one stood on the registry's own endorsement, the registry's key takes over for those whom it endorsed; where
// it stood on another's, or the registry's key does not endorse, they go too: no host would take their word any more,
// and the registry must not make an approver of one that hosts do not follow.
#pragma once

#include <string>

#include "common/crypto/private_key.h"
#include "registry/store/store.h"

namespace countersign::registry::records {

enum class LastApprover { refuse, allow, require };

struct RemovalRules {
  bool registry_endorses;
  LastApprover last;  // may, or must, nobody be left who approves for the same person?
};

// For Store::remove_approver. registry_refused where `last` says no. The key is borrowed until the plan has run.
store::RemovalPlan removal_plan(const std::string& fingerprint, const RemovalRules& rules,
                                const crypto::PrivateKey& key);

}  // namespace countersign::registry::records
