#include "cli/registry_client.h"

#include "common/base/reason.h"
#include "common/statement/bundle.h"
#include "common/statement/console.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr base::Seconds kSessionLife{3600};
constexpr base::Seconds kRequestTime{15};

// "token: TOKEN LF expires: TIME LF"; the token's 43 characters have the alphabet of a hash32.
base::Result<std::string> parse_session_reply(std::string_view body) {
  constexpr std::string_view kFirst = "token: css_";
  constexpr std::string_view kSecond = "\nexpires: ";
  constexpr std::size_t kToken = kFirst.size() + 43;
  constexpr std::size_t kTime = kToken + kSecond.size();
  const bool shaped = body.size() == kTime + 21 && body.starts_with(kFirst) && body.ends_with('\n') &&
                      body.substr(kToken, kSecond.size()) == kSecond;
  if (!shaped || !statement::Hash32::parse(body.substr(kFirst.size(), 43)) ||
      !base::parse_time(body.substr(kTime, 20))) {
    return Error(ErrorCode::bad_request, "the registry's answer to a session is not as PROTOCOL.md section 9.2 says");
  }
  return std::string(body.substr(7, 47));
}

}  // namespace

Error refusal_of(const http::Response& response) {
  const std::string_view line = std::string_view(response.body).substr(0, response.body.find('\n'));
  const std::string_view reason = line.substr(0, line.find(':'));
  const std::string detail = "the registry answers " + std::to_string(response.status) + ": " + std::string(line);
  return {base::parse_registry_reason(reason).value_or(ErrorCode::internal), detail};
}

base::Result<http::Response> RegistryClient::send(const http::Request& request, base::Seconds time) {
  http::Request versioned = request;
  versioned.headers.push_back({"Countersign-Accept", "1"});
  return client_.send(versioned, clock_.monotonic() + time);
}

base::Result<void> RegistryClient::open_session(const Signer& signer) {
  const base::Time now = clock_.now();
  const statement::SessionFields fields{.registry = client_.origin(),
                                        .user = user_,
                                        .key = signer.key(),
                                        .nonce = statement::Hash32::random(),
                                        .issued = now,
                                        .expires = now + kSessionLife};
  const auto armor = signer.sign(statement::name_space(statement::Kind::session), fields.print_unsigned());
  if (!armor) return armor.error();
  const auto session = statement::Session::with_signature(fields, *armor);
  if (!session) return session.error();

  http::Request request;
  request.method = http::Request::Method::post;
  request.target = "/v1/sessions";
  request.body = session->text();
  const auto response = send(request, kRequestTime);
  if (!response) return response.error();
  if (response->status != 200 && response->status != 201) return refusal_of(*response);
  auto token = parse_session_reply(response->body);
  if (!token) return token.error();
  token_ = std::move(*token);
  etag_.clear();
  return {};
}

base::Result<std::optional<Cards>> RegistryClient::cards(base::Seconds wait) {
  http::Request request;
  request.target = "/v1/cards?wait=" + std::to_string(wait.count());
  request.headers = {{"Authorization", "Bearer " + token_}};
  if (!etag_.empty()) request.headers.push_back({"If-None-Match", etag_});
  const auto response = send(request, wait + kRequestTime);
  if (!response) return response.error();
  if (response->status == 304) return std::optional<Cards>();
  if (response->status != 200) return refusal_of(*response);
  auto cards = parse_cards(response->body);
  if (!cards) return cards.error();
  etag_ = response->header("etag").value_or("");
  return std::optional<Cards>(std::move(*cards));
}

base::Result<Cards> RegistryClient::parse_cards(std::string_view body) const {
  const auto pieces = statement::split_bundle(body);
  if (!pieces) return pieces.error();
  Cards cards;
  for (const std::string_view piece : *pieces) {
    auto challenge = statement::Challenge::parse(piece);
    if (!challenge) return challenge.error().within("a card");
    if ((*challenge)->registry != client_.origin() || (*challenge)->user != user_) {
      return Error(ErrorCode::challenge_mismatch, "a card for another registry or user");
    }
    cards.push_back(std::move(*challenge));
  }
  return cards;
}

base::Result<void> RegistryClient::post_reply(const statement::Reply& reply) {
  http::Request request;
  request.method = http::Request::Method::post;
  request.target = "/v1/challenges/" + reply.challenge_id().str() + "/answer";
  request.body = reply.statement().text();
  const auto response = send(request, kRequestTime);
  if (!response) return response.error();
  if (response->status != 204) return refusal_of(*response);
  return {};
}

}  // namespace countersign::cli
