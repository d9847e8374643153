#include <algorithm>

#include "common/policy/session.h"
#include "registry/routes/access.h"
#include "registry/routes/handlers.h"
#include "registry/routes/long_poll.h"
#include "registry/routes/reason.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// A client takes at most 256 KiB. Of more cards the oldest are left out: they end first.
constexpr std::size_t kLongestCards = 200'000;

struct Cards {
  std::string text;
  std::string etag;
};

Result<Cards> cards_of(const base::UserName& user, Context& context) {
  const auto posted = context.store.posted_challenges(user);
  if (!posted) return posted.error();
  std::size_t first = posted->size();
  std::size_t size = 0;
  while (first > 0 && size + posted->at(first - 1).text.size() <= kLongestCards)
    size += posted->at(--first).text.size();
  std::string text;
  for (; first < posted->size(); ++first) text.append(posted->at(first).text);
  std::string etag = "\"" + statement::Hash32::of(text).str() + "\"";
  return Cards{std::move(text), std::move(etag)};
}

net::Response cards_response(Cards cards) {
  net::Response response = text_response(200, std::move(cards.text));
  response.headers.emplace_back("ETag", cards.etag);
  return response;
}

}  // namespace

Result<Outcome> post_session(const net::Request& request, Context& context) {
  const auto rate = context.rates.sessions.take(request.peer, "sessions from this address");
  if (!rate) return rate.error();
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto claimed = statement::Session::parse(request.body);
  if (!claimed) return claimed.error();
  const Error no_approver(ErrorCode::not_an_approver, "this key approves for no such user");
  const auto current = context.records.current((*claimed)->user);
  if (!current && current.error().code == ErrorCode::record_unknown) return no_approver;
  if (!current) return current.error();
  const policy::RegistryExpectation expected{context.settings.url, context.settings.phone, context.clock.now()};
  const auto session = policy::verify_session(request.body, expected, (*current)->record, (*current)->signers);
  if (!session && session.error().code == ErrorCode::not_an_approver) return no_approver;
  if (!session) return session.error();
  const NewToken token = make_session_token();
  const store::Session row{token.hash, (*session)->user, (*session)->key.fingerprint(), (*session)->nonce.str(),
                           (*session)->expires};
  const auto added = context.store.add_session(row);
  if (!added && added.error().code == ErrorCode::already_exists) {
    return Error(ErrorCode::registry_refused, "nonce: this statement opened a session before");
  }
  if (!added) return added.error();
  context.journal.note(log::Event("session_opened")
                           .with("user", row.user.str())
                           .with("approver", row.fingerprint)
                           .with("peer", request.peer));
  return Outcome(text_response(201, "token: " + token.text + "\nexpires: " + base::format_time(row.expires) + "\n"));
}

Result<Outcome> get_cards(const net::Request& request, Context& context) {
  const auto wait = wait_of(request);
  if (!wait) return wait.error();
  const auto session = authorize_session(request, context);
  if (!session) return session.error();
  const base::UserName user = session->user;
  const auto header = request.header("if-none-match");
  const std::string known(header.value_or(""));
  auto cards = cards_of(user, context);
  if (!cards) return cards.error();
  if (cards->etag != known) return Outcome(cards_response(*std::move(cards)));
  const auto look = [&context, user, known](LongPoll::Look when) -> std::optional<net::Response> {
    auto now = cards_of(user, context);
    if (!now) return refuse(now.error());
    if (now->etag != known) return cards_response(*std::move(now));
    if (when == LongPoll::Look::early) return std::nullopt;
    net::Response unchanged{304, {}, {}, {}};
    unchanged.headers.emplace_back("ETag", known);
    return unchanged;
  };
  return Outcome(Deferred([&context, user, look, wait = *wait](net::Reply reply, const net::CancelToken& cancel) {
    LongPoll::Plan plan{Topic::cards(user), wait, look, {}};
    LongPoll::start(context.hub, context.scheduler, std::move(plan), std::move(reply), cancel);
  }));
}

}  // namespace countersign::registry::routes
