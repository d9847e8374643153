#include "common/keys/public_key_line.h"
#include "registry/net/peer.h"
#include "registry/routes/handlers.h"
#include "registry/routes/long_poll.h"
#include "registry/routes/reason.h"

namespace countersign::registry::routes {

using base::ChallengeId;
using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Whoever knows a challenge's id may look at it; how often is counted by peer, so that a neighbour behind the same
// address spends a count only on a challenge that he knows too.
Result<ChallengeId> known_challenge(const net::Request& request, Context& context) {
  const auto id = ChallengeId::parse(request.target.segments.at(2));
  if (!id) return id;
  const auto rate = context.rates.cards.take(net::counting_key(request.peer) + " " + id->str(),
                                             "looks at this card from this address");
  if (!rate) return rate.error();
  return id;
}

// The challenge while it is posted; else the error that says how it ended.
Result<store::Challenge> posted_challenge(const ChallengeId& id, Context& context) {
  auto challenge = context.store.challenge(id);
  if (challenge && challenge->state != store::ChallengeState::posted) return store::closed_error(challenge->state);
  return challenge;
}

}  // namespace

Result<Outcome> get_phone(const net::Request&, Context& context) {
  const Settings& settings = context.settings;
  if (!settings.phone) return Error(ErrorCode::not_found, "no phone is configured here");
  return Outcome(text_response(200, "registry: " + settings.url.str() + "\norigin: " + settings.phone->origin +
                                        "\nrp-id: " + settings.phone->rp_id + "\nvapid: " + settings.vapid_key + "\n"));
}

Result<Outcome> get_card(const net::Request& request, Context& context) {
  const auto wait = wait_of(request);
  if (!wait) return wait.error();
  const auto known = known_challenge(request, context);
  if (!known) return known.error();
  const ChallengeId id = *known;
  const auto card = posted_challenge(id, context);
  if (!card) return card.error();
  if (!request.target.query_value("wait")) return Outcome(text_response(200, card->text));
  const auto look = [&context, id](LongPoll::Look when) -> std::optional<net::Response> {
    const auto now = posted_challenge(id, context);
    if (!now) return refuse(now.error());
    if (when == LongPoll::Look::early) return std::nullopt;
    return net::Response{204, {}, {}, {}};
  };
  return Outcome(Deferred([&context, id, look, wait = *wait](net::Reply reply, const net::CancelToken& cancel) {
    LongPoll::Plan plan{Topic::challenge(id), wait, look, {}};
    LongPoll::start(context.hub, context.scheduler, std::move(plan), std::move(reply), cancel);
  }));
}

Result<Outcome> get_challenge_approvers(const net::Request& request, Context& context) {
  const auto id = known_challenge(request, context);
  if (!id) return id.error();
  const auto card = posted_challenge(*id, context);
  if (!card) return card.error();
  const auto current = context.records.current(card->user);
  if (!current) return current.error();
  std::string text;
  for (const statement::Approver& approver : (*current)->record->approvers) {
    text.append("approver: ").append(to_string(approver.level)).append(" ");
    text.append(keys::print_public_key(approver.key)).append("\n");
  }
  return Outcome(text_response(200, std::move(text)));
}

}  // namespace countersign::registry::routes
