#include "registry/routes/counter.h"

#include "common/crypto/public_key.h"

namespace countersign::registry::routes {

void note_counter(const base::UserName& user, const sshsig::Signature& signature, Context& context) {
  const std::uint32_t counter = signature.signature.counter;
  if (counter == 0) return;
  const std::string fingerprint = crypto::fingerprint(signature.public_key);
  const auto before = context.store.swap_counter(user, fingerprint, counter);
  if (!before) {
    context.journal.warn(log::Event("counter_unknown").with("user", user.str()).with(before.error()));
    return;
  }
  if (*before == 0 || counter > *before) return;
  context.journal.warn(log::Event("counter_went_back")
                           .with("user", user.str())
                           .with("approver", fingerprint)
                           .with("before", *before)
                           .with("now", counter));
}

}  // namespace countersign::registry::routes
