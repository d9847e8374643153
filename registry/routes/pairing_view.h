// registry/routes/pairing_view.h: a pairing as its two sides see it, and the wait for its state to change (PROTOCOL.md
// sections 9.4 and 9.5). Internal to routes.
#pragma once

#include "common/policy/answer.h"
#include "registry/routes/router.h"

namespace countersign::registry::routes {

// A phone's view, by the token.
std::string pairing_fields(const store::Pairing& pairing, const Context& context);
// The view of the approver who made it, with the enrolment once it came.
std::string own_pairing_fields(const store::Pairing& pairing);

// What a request that waits looks at; an error ends the wait with its refusal.
using PairingLook = std::function<base::Result<store::Pairing>()>;
using PairingText = std::function<std::string(const store::Pairing&)>;

// `wait` and `state` of the request: answers at once, or when the state is another than STATE. The command-line tool
// changes pairings in a process of its own, so a wait also looks by itself, twice a second.
base::Result<Outcome> answer_pairing(const net::Request& request, Context& context, const std::string& id,
                                     PairingLook look, PairingText text);

// The levels that a pairing takes, as policy wants them.
base::Result<policy::Levels> levels_of(const store::Pairing& pairing);

void wake_pairing(Context& context, const std::string& id);

}  // namespace countersign::registry::routes
