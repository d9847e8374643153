// cli/registry_client.h: an approver's side of the HTTP API (PROTOCOL.md section 9.2).
//
// Bodies are parsed strictly; a card that names another registry or user than ours is refused, because signing an
// answer to it would speak for a login that this person was not asked about. Errors carry the registry's REASON as
// their code and its text, uncleaned, as their detail.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/signer.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/http/client.h"
#include "common/statement/challenge.h"

namespace countersign::cli {

using Cards = std::vector<statement::Challenge>;  // oldest first

class RegistryClient {
 public:
  // `clock` is borrowed and must outlive the client.
  RegistryClient(http::Client client, base::UserName user, const base::Clock& clock)
      : client_(std::move(client)), user_(std::move(user)), clock_(clock) {}

  // Signs a session statement and opens it. not_an_approver when the registry does not know this key for this user.
  base::Result<void> open_session(const Signer& signer);

  // Waits up to `wait` (at most 25 s) for the list to differ from the one seen last; nothing when it did not.
  base::Result<std::optional<Cards>> cards(base::Seconds wait);

  // An answer, or a trust.
  base::Result<void> post_reply(const statement::Reply& reply);

 private:
  base::Result<http::Response> send(const http::Request& request, base::Seconds time);
  base::Result<Cards> parse_cards(std::string_view body) const;

  http::Client client_;
  base::UserName user_;
  const base::Clock& clock_;
  std::string token_;
  std::string etag_;
};

// The first line of an error's body, `REASON: text`, as an Error; internal for a reason that section 9 does not have.
base::Error refusal_of(const http::Response& response);

}  // namespace countersign::cli
