// registry/routes/reason.h: what an error looks like to a client: the status and REASON of PROTOCOL.md section 9.
//
// Every refusal is one line, "REASON: text for the operator". What went wrong inside the registry is not told.
#pragma once

#include <string_view>

#include "common/base/error.h"
#include "registry/net/http.h"

namespace countersign::registry::routes {

struct Refusal {
  int status;
  base::ErrorCode reason;
};
// 500 internal for what section 9 does not name.
Refusal refusal_of(base::ErrorCode code);

net::Response refuse(const base::Error& error);

}  // namespace countersign::registry::routes
