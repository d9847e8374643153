#include "cli/pairing_client.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "cli/registry_client.h"
#include "common/statement/field_lines.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr base::Seconds kRequestTime{15};
constexpr base::Seconds kLongPoll{20};
constexpr std::array<std::string_view, 6> kStates{"open", "enrolled", "waiting", "added", "refused", "expired"};

Error malformed(const std::string& what) {
  return {ErrorCode::bad_request, "the registry's answer is not as PROTOCOL.md section 9.4 says: " + what};
}

Result<std::vector<statement::Level>> parse_levels(const std::string& text) {
  std::vector<statement::Level> levels;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ' ');) {
    const auto level = statement::parse_level(word);
    if (!level) return malformed("levels");
    levels.push_back(*level);
  }
  return levels;
}

}  // namespace

Result<PairingView> parse_pairing_view(std::string_view body, const base::Origin& registry) {
  const auto values = statement::parse_field_lines(body, {"state", "user", "registry", "levels", "expires"});
  if (!values) return malformed(values.error().detail);
  if (std::find(kStates.begin(), kStates.end(), values->at(0)) == kStates.end()) return malformed("state");
  auto user = base::UserName::parse(values->at(1));
  if (!user) return malformed("user");
  if (values->at(2) != registry.str()) {
    return Error(ErrorCode::wrong_origin, "the code is for " + values->at(2) + ", not for " + registry.str());
  }
  auto levels = parse_levels(values->at(3));
  if (!levels) return levels.error();
  const auto expires = base::parse_time(values->at(4));
  if (!expires) return malformed("expires");
  return PairingView{values->at(0), *std::move(user), *std::move(levels), *expires};
}

Result<PairingView> PairingClient::send(http::Request request, int expected_status) {
  request.headers.push_back({"Authorization", "Bearer " + token_.text()});
  request.headers.push_back({"Countersign-Accept", "1"});
  const auto response = client_.send(request, clock_.monotonic() + kLongPoll + kRequestTime);
  if (!response) return response.error();
  if (response->status != expected_status) return refusal_of(*response);
  return parse_pairing_view(response->body, client_.origin());
}

Result<PairingView> PairingClient::look() {
  http::Request request;
  request.target = "/v1/pairing";
  return send(std::move(request), 200);
}

Result<PairingView> PairingClient::wait(const std::string& state) {
  http::Request request;
  request.target = "/v1/pairing?wait=" + std::to_string(kLongPoll.count()) + "&state=" + state;
  return send(std::move(request), 200);
}

Result<PairingView> PairingClient::enrol(const statement::Enrolment& enrolment) {
  http::Request request;
  request.method = http::Request::Method::post;
  request.target = "/v1/pairing";
  request.body = enrolment.text();
  return send(std::move(request), 201);
}

}  // namespace countersign::cli
