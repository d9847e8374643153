#include <map>
#include <set>

#include "common/policy/session.h"
#include "registry/net/peer.h"
#include "registry/routes/access.h"
#include "registry/routes/counter.h"
#include "registry/routes/handlers.h"
#include "registry/routes/long_poll.h"
#include "registry/routes/reason.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// A client takes at most 256 KiB. Of more cards the oldest are left out: they end first. Each host's newest comes
// before any host's second, so that one host cannot push another's out.
constexpr std::size_t kLongestCards = 200'000;

std::vector<const store::Challenge*> cards_that_fit(const std::vector<store::Challenge>& posted) {
  std::map<std::string, std::size_t> seen;
  std::multimap<std::size_t, std::size_t> by_rank;  // within its host, from the newest: place in `posted`
  for (std::size_t i = posted.size(); i-- > 0;) by_rank.emplace(seen[posted[i].host.str()]++, i);
  std::set<std::size_t> chosen;
  std::size_t size = 0;
  for (const auto& [rank, place] : by_rank) {
    size += posted[place].text.size();
    if (size > kLongestCards) break;
    chosen.insert(place);
  }
  std::vector<const store::Challenge*> cards;
  for (const std::size_t place : chosen) cards.push_back(&posted[place]);
  return cards;
}

struct Cards {
  std::string text;
  std::string etag;
};

Result<Cards> cards_of(const base::UserName& user, Context& context) {
  const auto posted = context.store.posted_challenges(user);
  if (!posted) return posted.error();
  std::string text;
  for (const store::Challenge* card : cards_that_fit(*posted)) text.append(card->text);
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
  if (auto typed = require_text_body(request); !typed) return typed.error();
  const auto claimed = statement::Session::parse(request.body);
  if (!claimed) return claimed.error();
  const policy::RegistryExpectation expected{context.settings.url, context.settings.phone, context.clock.now()};
  // Before the user is looked up: a statement that fails here fails for every name, so it tells no name from another.
  if (auto here = policy::verify_session_claim(claimed->fields(), expected); !here) return here.error();
  const Error no_approver(ErrorCode::not_an_approver, "this key approves for no such user");
  const auto current = context.records.current((*claimed)->user);
  if (!current && current.error().code == ErrorCode::record_unknown) return no_approver;
  if (!current) return current.error();
  if ((*current)->record->approver((*claimed)->key.blob()) == nullptr) return no_approver;
  const auto rate = context.rates.sessions.take(net::counting_key(request.peer) + " " + (*claimed)->key.fingerprint(),
                                                "sessions of this key from this address");
  if (!rate) return rate.error();
  const auto session = policy::verify_session(request.body, expected, (*current)->record, (*current)->signers);
  if (!session) return session.error();
  const NewToken token = make_session_token();
  const store::Session row{token.hash, (*session)->user, (*session)->key.fingerprint(), (*session)->nonce.str(),
                           (*session)->expires};
  const auto added = context.store.add_session(row);
  if (!added && added.error().code == ErrorCode::already_exists) {
    return Error(ErrorCode::registry_refused, "nonce: this statement opened a session before");
  }
  if (!added) return added.error();
  // Whoever was removed since the record was read hears of no session that would come to life with the key's return.
  if (const auto counts = session_with_token(token.hash, context); !counts) return counts.error();
  note_counter(row.user, claimed->signature(), context);
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
  const auto look = [&context, user, known,
                     token = session->token_hash](LongPoll::Look when) -> std::optional<net::Response> {
    if (const auto still = session_with_token(token, context); !still) return refuse(still.error());
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
