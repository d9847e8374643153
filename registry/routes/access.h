// registry/routes/access.h: who asks. Tokens are looked up by their SHA-256, so no comparison tells how much of one was
// right.
#pragma once

#include <string>

#include "registry/routes/context.h"

namespace countersign::registry::routes {

// What stands behind "Authorization: Bearer "; not_authorized when nothing does.
base::Result<std::string_view> bearer_of(const net::Request& request);

// The host whose unexpired token the request carries; not_authorized, or quota_exceeded for a host that asks too often.
base::Result<store::Host> authorize_host(const net::Request& request, Context& context);

// The session whose token the request carries, opened by a key that still is an approver of its user; else
// not_authorized.
base::Result<store::Session> authorize_session(const net::Request& request, Context& context);

// The same judgement by the token's hash, uncounted: a request that waits asks again before it says anything, because a
// token, an approver or a user may be gone by then.
base::Result<store::Host> host_with_token(const std::string& token_hash, Context& context);
base::Result<store::Session> session_with_token(const std::string& token_hash, Context& context);

// The user's record for this host. One answer for "no such user" and "not for this host", record_unknown, given before
// anything is read or signed for the user: a host learns nothing of users that are not its own.
base::Result<records::CurrentPtr> record_for(const base::UserName& name, const store::Host& host, Context& context);

struct NewToken {
  std::string text;  // told once
  std::string hash;
};
NewToken make_host_token();
NewToken make_session_token();

}  // namespace countersign::registry::routes
