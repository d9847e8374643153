#include <algorithm>

#include "common/statement/challenge.h"
#include "registry/routes/access.h"
#include "registry/routes/handlers.h"
#include "registry/routes/long_poll.h"
#include "registry/routes/reason.h"

namespace countersign::registry::routes {

using base::ChallengeId;
using base::Error;
using base::ErrorCode;
using base::Result;

void wake_about(Context& context, const ChallengeId& id, const base::UserName& user) {
  context.hub.wake(Topic::challenge(id));
  context.hub.wake(Topic::cards(user));
}

void wake_at_deadline(Context& context, const store::Challenge& challenge) {
  // A little later: whoever looks must find it expired.
  constexpr std::int64_t kSlackMs = 10;
  const base::Milliseconds left{std::max<std::int64_t>(0, challenge.deadline_ms - context.clock.now_unix_ms()) +
                                kSlackMs};
  context.scheduler.after(left,
                          [&context, id = challenge.id, user = challenge.user] { wake_about(context, id, user); });
}

void withdraw_abandoned(Context& context, const ChallengeId& id) {
  const auto challenge = context.store.challenge(id);
  if (!challenge || !context.store.withdraw_challenge(id, /*wrong_number=*/false)) return;  // over already
  wake_about(context, id, challenge->user);
  context.journal.note(log::Event("challenge_abandoned")
                           .with("id", id.str())
                           .with("host", challenge->host.str())
                           .with("user", challenge->user.str()));
}

namespace {

std::string login_key_text(const statement::ChallengeFields& fields) {
  return fields.login_key ? fields.login_key->str() : "none";
}

// May this host post this challenge here?
Result<void> authorize_post(const statement::Challenge& challenge, const store::Host& host, Context& context) {
  if (challenge->host != host.name) {
    return Error(ErrorCode::registry_refused, "host: the token belongs to " + host.name.str());
  }
  if (challenge->registry != context.settings.url) {
    return Error(ErrorCode::registry_refused, "registry: this is " + context.settings.url.str());
  }
  const base::Time now = context.clock.now();
  if (challenge->issued < now - kPostWindow || challenge->issued > now + kPostWindow) {
    return Error(ErrorCode::registry_refused,
                 "issued: more than 12 hours from the registry's clock: see to the host's");
  }
  if (const auto current = record_for(challenge->user, host, context); !current) return current.error();
  const auto contents = context.store.contents(challenge->user);
  if (!contents) return contents.error();
  const std::string key = login_key_text(challenge.fields());
  for (const store::LoginKey& row : contents->login_keys) {
    // A host may hold a record of before the report for a while; the phone must not ring for that key.
    if (row.reported && row.fingerprint == key)
      return Error(ErrorCode::registry_refused, "login-key: reported by an approver");
  }
  return {};
}

store::Challenge challenge_row(const statement::Challenge& challenge, Context& context) {
  const base::Milliseconds life =
      std::min<base::Milliseconds>(challenge->expires - challenge->issued, context.settings.challenge_max_life);
  const std::int64_t now_ms = context.clock.now_unix_ms();
  return store::Challenge{.id = challenge.id(),
                          .host = challenge->host,
                          .user = challenge->user,
                          .login_key = login_key_text(challenge.fields()),
                          .address = challenge->address.str(),
                          .connection = challenge->connection ? challenge->connection->str() : "none",
                          .text = challenge.text(),
                          .posted_ms = now_ms,
                          .deadline_ms = now_ms + life.count(),
                          .state = store::ChallengeState::posted,
                          .answer = {}};
}

void announce(const store::Challenge& row, const store::Posted& posted, Context& context) {
  context.presence.posted(row.id);
  if (posted.repeated) return;
  wake_at_deadline(context, row);
  for (const ChallengeId& replaced : posted.replaced) context.hub.wake(Topic::challenge(replaced));
  context.hub.wake(Topic::cards(row.user));
  context.bell.ring(row, posted.replaced);
  context.journal.note(log::Event("challenge_posted")
                           .with("id", row.id.str())
                           .with("host", row.host.str())
                           .with("user", row.user.str())
                           .with("address", row.address)
                           .with("login_key", row.login_key)
                           .with("replaced", posted.replaced.size()));
}

// A host's own challenge; not_found for another's, so that ids tell nothing.
Result<store::Challenge> own_challenge(const ChallengeId& id, const store::Host& host, Context& context) {
  auto challenge = context.store.challenge(id);
  if (challenge && challenge->host != host.name) return Error(ErrorCode::not_found, "no such challenge");
  return challenge;
}

Result<store::Challenge> own_challenge(const net::Request& request, Context& context) {
  const auto host = authorize_host(request, context);
  if (!host) return host.error();
  const auto id = ChallengeId::parse(request.target.segments.at(2));
  if (!id) return id.error();
  return own_challenge(*id, *host, context);
}

// What a wait for the answer ends with; nothing while the challenge is posted. The scope counts as it is now: an old
// challenge is no way to a record that has left the host.
Result<std::optional<net::Response>> outcome_of(const ChallengeId& id, const store::Host& host, Context& context) {
  const auto challenge = own_challenge(id, host, context);
  if (!challenge) return challenge.error();
  if (challenge->state == store::ChallengeState::posted) return std::optional<net::Response>();
  if (challenge->state != store::ChallengeState::answered) return store::closed_error(challenge->state);
  const auto current = record_for(challenge->user, host, context);
  if (!current) return current.error();
  return std::optional(text_response(200, challenge->answer + (*current)->text()));
}

}  // namespace

Result<Outcome> post_challenge(const net::Request& request, Context& context) {
  const auto host = authorize_host(request, context);
  if (!host) return host.error();
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto challenge = statement::Challenge::parse(request.body);
  if (!challenge) return challenge.error();
  if (auto allowed = authorize_post(*challenge, *host, context); !allowed) return allowed.error();
  const store::Challenge row = challenge_row(*challenge, context);
  // A host may lie about key and address on its own cards, so it may spend nobody's count but its own.
  const std::string source = row.host.str() + " " + row.user.str() + " " + row.login_key + " " + row.address;
  const auto rate = context.rates.challenges.take(source, "challenges of this host for this user, key and address");
  if (!rate) return rate.error();
  const auto posted = context.store.post_challenge(row, store::PostLimits{context.settings.pending_per_source});
  if (!posted && posted.error().code == ErrorCode::already_exists)
    return Error(ErrorCode::registry_refused, posted.error().detail);
  if (!posted) return posted.error();
  announce(row, *posted, context);
  net::Response response = text_response(201, row.id.str() + "\n");
  response.headers.emplace_back("Location", "/v1/challenges/" + row.id.str());
  return Outcome(std::move(response));
}

Result<Outcome> get_answer(const net::Request& request, Context& context) {
  const auto wait = wait_of(request);
  if (!wait) return wait.error();
  const auto host = authorize_host(request, context);
  if (!host) return host.error();
  const auto parsed = ChallengeId::parse(request.target.segments.at(2));
  if (!parsed) return parsed.error();
  const ChallengeId id = *parsed;
  const auto now = outcome_of(id, *host, context);
  if (!now) return now.error();
  if (*now) return Outcome(**now);
  const auto look = [&context, id, token = host->token_hash](LongPoll::Look when) -> std::optional<net::Response> {
    const auto still = host_with_token(token, context);
    if (!still) return refuse(still.error());
    const auto outcome = outcome_of(id, *still, context);
    if (!outcome) return refuse(outcome.error());
    if (*outcome || when == LongPoll::Look::early) return *outcome;
    return net::Response{204, {}, {}, {}};
  };
  return Outcome(Deferred([&context, id, look, wait = *wait](net::Reply reply, const net::CancelToken& cancel) {
    context.presence.opened(id);
    LongPoll::Plan plan{Topic::challenge(id), wait, look, [&context, id] { context.presence.closed(id); }};
    LongPoll::start(context.hub, context.scheduler, std::move(plan), std::move(reply), cancel);
  }));
}

Result<Outcome> delete_challenge(const net::Request& request, Context& context) {
  const auto reason = request.target.query_value("reason");
  if (reason && *reason != "wrong_number") return Error(ErrorCode::bad_request, "reason: expected wrong_number");
  const auto challenge = own_challenge(request, context);
  if (!challenge) return challenge.error();
  const auto withdrawn = context.store.withdraw_challenge(challenge->id, reason.has_value());
  const bool final_before = !withdrawn && refusal_of(withdrawn.error().code).status < 500;
  if (!withdrawn && !final_before) return withdrawn.error();
  if (withdrawn) wake_about(context, challenge->id, challenge->user);
  if (withdrawn || reason) {
    context.journal.note(log::Event("challenge_withdrawn")
                             .with("id", challenge->id.str())
                             .with("host", challenge->host.str())
                             .with("user", challenge->user.str())
                             .with("wrong_number", reason.has_value()));
  }
  return Outcome(net::Response{204, {}, {}, {}});
}

}  // namespace countersign::registry::routes
