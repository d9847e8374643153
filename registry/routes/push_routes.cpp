#include "common/statement/field_lines.h"
#include "registry/routes/access.h"
#include "registry/routes/handlers.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<Outcome> put_push(const net::Request& request, Context& context) {
  const auto session = authorize_session(request, context);
  if (!session) return session.error();
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto rate = context.rates.subscriptions.take(session->user.str() + " " + session->fingerprint,
                                                     "subscriptions of this approver");
  if (!rate) return rate.error();
  const auto fields = statement::parse_field_lines(request.body, {"endpoint", "p256dh", "auth"});
  if (!fields) return Error(ErrorCode::bad_request, fields.error().detail);
  const auto subscription = push::Subscription::parse(fields->at(0), fields->at(1), fields->at(2));
  if (!subscription) return subscription.error();
  const auto allowed = push::authorize_endpoint(subscription->endpoint, context.settings.push_services);
  if (!allowed) return allowed.error();
  const auto stored = context.store.put_push({.user = session->user,
                                              .fingerprint = session->fingerprint,
                                              .endpoint = fields->at(0),
                                              .p256dh = fields->at(1),
                                              .auth = fields->at(2)});
  if (!stored) return stored.error();
  // An approver that was removed since the session was looked up has taken its subscription along before it was there.
  if (const auto still = session_with_token(session->token_hash, context); !still) {
    if (auto gone = context.store.remove_push(session->user, session->fingerprint); !gone) return gone.error();
    return still.error();
  }
  context.journal.note(log::Event("push_subscribed")
                           .with("user", session->user.str())
                           .with("approver", session->fingerprint)
                           .with("service", subscription->endpoint.origin().str())
                           .with("peer", request.peer));
  return Outcome(net::Response{204, {}, {}, {}});
}

Result<Outcome> delete_push(const net::Request& request, Context& context) {
  const auto session = authorize_session(request, context);
  if (!session) return session.error();
  const auto removed = context.store.remove_push(session->user, session->fingerprint);
  if (!removed) return removed.error();
  return Outcome(net::Response{204, {}, {}, {}});
}

}  // namespace countersign::registry::routes
