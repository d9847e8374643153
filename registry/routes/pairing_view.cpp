#include "registry/routes/pairing_view.h"

#include <sstream>

#include "common/statement/field_lines.h"
#include "registry/routes/long_poll.h"
#include "registry/routes/reason.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr base::Milliseconds kLookEvery{500};
constexpr std::int64_t kSecond = 1000;

std::string deadline_of(const store::Pairing& pairing) {
  return base::format_time(base::Time{base::Seconds{pairing.deadline_ms / kSecond}});
}

// The state that the client knows; empty where it asks without one.
Result<std::string> known_state(const net::Request& request) {
  const auto state = request.target.query_value("state");
  if (!state) {
    if (!request.target.query_value("wait")) return std::string();
    return Error(ErrorCode::bad_request, "wait: goes with state");
  }
  for (const auto known : {store::PairingState::open, store::PairingState::enrolled, store::PairingState::waiting,
                           store::PairingState::added, store::PairingState::refused, store::PairingState::expired}) {
    if (*state == to_string(known)) return std::string(*state);
  }
  return Error(ErrorCode::bad_request, "state: not a state of a pairing");
}

}  // namespace

std::string pairing_fields(const store::Pairing& pairing, const Context& context) {
  return statement::print_field_lines({{"state", to_string(pairing.state)},
                                       {"user", pairing.user.str()},
                                       {"registry", context.settings.url.str()},
                                       {"levels", pairing.levels},
                                       {"expires", deadline_of(pairing)}});
}

std::string own_pairing_fields(const store::Pairing& pairing) {
  std::string text = statement::print_field_lines({{"state", to_string(pairing.state)}, {"user", pairing.user.str()}});
  if (pairing.person) text.append(statement::print_field_lines({{"person", *pairing.person}}));
  text.append(statement::print_field_lines({{"expires", deadline_of(pairing)}}));
  return pairing.enrolment.empty() ? text : text + "\n" + pairing.enrolment;
}

Result<Outcome> answer_pairing(const net::Request& request, Context& context, const std::string& id, PairingLook look,
                               PairingText text) {
  const auto wait = wait_of(request);
  if (!wait) return wait.error();
  const auto known = known_state(request);
  if (!known) return known.error();
  const auto pairing = look();
  if (!pairing) return pairing.error();
  if (to_string(pairing->state) != *known || *wait == base::Milliseconds{0}) {
    return Outcome(text_response(200, text(*pairing)));
  }
  const auto look_again = [look = std::move(look), text = std::move(text),
                           known = *known](LongPoll::Look when) -> std::optional<net::Response> {
    const auto now = look();
    if (!now) return refuse(now.error());
    if (to_string(now->state) == known && when == LongPoll::Look::early) return std::nullopt;
    return text_response(200, text(*now));
  };
  return Outcome(Deferred([&context, id, look_again, wait = *wait](net::Reply reply, const net::CancelToken& cancel) {
    LongPoll::Plan plan{Topic::pairing(id), wait, look_again, {}, kLookEvery};
    LongPoll::start(context.hub, context.scheduler, std::move(plan), std::move(reply), cancel);
  }));
}

Result<policy::Levels> levels_of(const store::Pairing& pairing) {
  policy::Levels levels;
  std::istringstream words(pairing.levels);
  for (std::string word; words >> word;) {
    const auto level = statement::parse_level(word);
    if (!level) return Error(ErrorCode::internal, "pairing: " + level.error().detail);
    levels.insert(*level);
  }
  return levels;
}

void wake_pairing(Context& context, const std::string& id) { context.hub.wake(Topic::pairing(id)); }

}  // namespace countersign::registry::routes
