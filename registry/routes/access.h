// registry/routes/access.h: who asks. Tokens are looked up by their SHA-256, so no comparison tells how much of one was
// right.
#pragma once

#include <string>

#include "registry/routes/context.h"

namespace countersign::registry::routes {

// The host whose unexpired token the request carries; not_authorized, or quota_exceeded for a host that asks too often.
base::Result<store::Host> authorize_host(const net::Request& request, Context& context);

// The session whose token the request carries, opened by a key that still is an approver of its user; else
// not_authorized.
base::Result<store::Session> authorize_session(const net::Request& request, Context& context);

struct NewToken {
  std::string text;  // told once
  std::string hash;
};
NewToken make_host_token();
NewToken make_session_token();

}  // namespace countersign::registry::routes
