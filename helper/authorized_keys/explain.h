// authorized_keys/explain.h: what a login of this user would be given now, and why, in words for the person who asks.
//
// Looks at everything that a look-up looks at, asks the registry in any case, and changes nothing: no lock, no cache
// entry, no confirmation.
#pragma once

#include <string>

#include "helper/authorized_keys/lookup.h"

namespace countersign::authorized_keys {

// Plain lines; foreign text in them is cleaned for a terminal.
std::string explain(const Surroundings& around, const base::UserName& user);

}  // namespace countersign::authorized_keys
