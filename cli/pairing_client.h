// cli/pairing_client.h: a new approver's side of a pairing (PROTOCOL.md section 9.4).
//
// Bodies are parsed strictly; a pairing of another registry than the one that was named is refused, because an
// enrolment for it would be made in a place that nobody meant. Errors are those of RegistryClient.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/http/client.h"
#include "common/statement/enrolment.h"
#include "common/statement/pairing_token.h"

namespace countersign::cli {

struct PairingView {
  std::string state;  // of the six in section 9.4
  base::UserName user;
  std::vector<statement::Level> levels;  // it takes
  base::Time expires;
};

class PairingClient {
 public:
  // `clock` is borrowed and must outlive the client.
  PairingClient(http::Client client, statement::PairingToken token, const base::Clock& clock)
      : client_(std::move(client)), token_(std::move(token)), clock_(clock) {}

  [[nodiscard]] const base::Origin& registry() const { return client_.origin(); }
  [[nodiscard]] const statement::PairingToken& token() const { return token_; }

  base::Result<PairingView> look();
  // Until its state is another than `state`, or some twenty seconds.
  base::Result<PairingView> wait(const std::string& state);
  base::Result<PairingView> enrol(const statement::Enrolment& enrolment);

 private:
  base::Result<PairingView> send(http::Request request, int expected_status);

  http::Client client_;
  statement::PairingToken token_;
  const base::Clock& clock_;
};

// The body of an answer. bad_request for anything but the fields of section 9.4, wrong_origin for another registry's.
base::Result<PairingView> parse_pairing_view(std::string_view body, const base::Origin& registry);

}  // namespace countersign::cli
