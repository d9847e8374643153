// registry/routes/counter.h: the signature counters of authenticators. One that does not grow may mean that a key was
// copied (WebAuthn section 6.1.1); it is worth a warning, not a refusal: the approver's person would be locked out.
#pragma once

#include "common/sshsig/signature.h"
#include "registry/routes/context.h"

namespace countersign::registry::routes {

// For a signature that was verified and counts for the first time. Keys without a counter, and authenticators that
// always say 0, have nothing to compare.
void note_counter(const base::UserName& user, const sshsig::Signature& signature, Context& context);

}  // namespace countersign::registry::routes
