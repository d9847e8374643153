#include "helper/courier/errand.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/crypto/digest.h"
#include "common/encoding/base64.h"
#include "helper/courier/verdict.h"

namespace countersign::courier {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using base::Result;
using host::CourierReply;
using Method = http::Request::Method;

constexpr base::Seconds kLongestWait{25};
constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{2000};
constexpr Milliseconds kSoon{500};  // an answer of "not yet" that comes sooner did not wait at all
constexpr int kMostPosts = 4;

std::string trouble_of(const Result<http::Response>& result) {
  if (!result) return base::to_string(result.error());
  return "HTTP " + std::to_string(result->status);
}

}  // namespace

Errand::Errand(Transport& transport, const host::CourierRequest& request, base::MonotonicTime deadline)
    : transport_(transport),
      request_(request),
      start_(transport.now()),
      deadline_(deadline),
      id_(encoding::base64url_encode(crypto::sha256(base::as_bytes(request.challenge)))),
      pause_(kFirstPause) {}

std::optional<CourierReply> Errand::run() {
  switch (request_.task) {
    case host::CourierTask::record: return fetch_record();
    case host::CourierTask::challenge: return carry_challenge();
    case host::CourierTask::wrong_number: return report_wrong_number();
  }
  return std::nullopt;
}

std::optional<CourierReply> Errand::fetch_record() {
  const std::string& user = request_.user.str();
  // These two are path segments of their own kind, whatever their encoding.
  if (user == "." || user == "..") return failed(ErrorCode::bad_request, "no record has this name");
  http::Request get{
      .method = Method::get, .target = "/v1/records/" + http::encode_segment(user), .headers = {}, .body = {}};
  if (request_.etag) get.headers.push_back({"If-None-Match", "\"" + *request_.etag + "\""});
  Result<http::Response> result = transport_.send(std::move(get), deadline_);
  if (result) return record_reply(std::move(*result), request_.etag.has_value());
  if (result.error().code == ErrorCode::challenge_withdrawn) return std::nullopt;
  return failed(result.error().code, result.error().detail);
}

std::optional<CourierReply> Errand::report_wrong_number() {
  const Result<http::Response> result = transport_.send(
      {.method = Method::remove, .target = "/v1/challenges/" + id_ + "?reason=wrong_number", .headers = {}, .body = {}},
      deadline_);
  if (!result) {
    if (result.error().code == ErrorCode::challenge_withdrawn) return std::nullopt;
    return failed(result.error().code, result.error().detail);
  }
  if (result->status != 204) return failed(*result);
  return CourierReply{
      .status = host::CourierStatus::ended, .reason = ErrorCode::challenge_withdrawn, .detail = {}, .statements = {}};
}

std::optional<CourierReply> Errand::carry_challenge() {
  while (!withdrawn_) {
    if (transport_.now() >= deadline_) return too_late();
    if (auto reply = posted_ == Posted::no ? post() : wait_once()) return reply;
  }
  return std::nullopt;
}

std::optional<Result<http::Response>> Errand::attempt(http::Request request, Milliseconds at_most) {
  const auto until = std::min(deadline_, transport_.now() + at_most);
  Result<http::Response> result = transport_.send(std::move(request), until);
  if (!result && result.error().code == ErrorCode::challenge_withdrawn) {
    withdrawn_ = true;
    return std::nullopt;
  }
  if (!is_transient(result)) return result;
  trouble_ = trouble_of(result);
  return std::nullopt;
}

std::optional<CourierReply> Errand::post() {
  ++posts_;
  posted_ = Posted::perhaps;
  const auto result = attempt(
      {.method = Method::post, .target = "/v1/challenges", .headers = {}, .body = request_.challenge}, kFirstContact);
  if (!result) return be_patient();
  if (!*result) return failed(result->error().code, result->error().detail);
  const http::Response& response = **result;
  if (response.status != 201) {
    posted_ = Posted::over;  // refused
    return response.status == 410 ? answer_reply(response) : failed(response);
  }
  posted_ = Posted::yes;
  seen_ = true;
  pause_ = kFirstPause;
  if (response.body != id_ + "\n") return failed(ErrorCode::internal, "the registry names another challenge");
  return std::nullopt;
}

std::optional<CourierReply> Errand::wait_once() {
  const auto asked = transport_.now();
  const auto wait = std::min(std::chrono::ceil<base::Seconds>(deadline_ - asked), kLongestWait);
  const auto result = attempt({.method = Method::get,
                               .target = "/v1/challenges/" + id_ + "/answer?wait=" + std::to_string(wait.count()),
                               .headers = {},
                               .body = {}},
                              wait + kAnswerSlack);
  if (!result) return be_patient();
  if (!*result) return failed(result->error().code, result->error().detail);
  if ((*result)->status == 404 && posts_ < kMostPosts) {
    posted_ = Posted::no;  // it never arrived, or the registry has lost it
    return std::nullopt;
  }
  auto reply = answer_reply(**result);
  if (!reply) {
    seen_ = true;
    posted_ = Posted::yes;
    if (transport_.now() - asked < kSoon) pause();
    return std::nullopt;
  }
  if (reply->status != host::CourierStatus::failed) posted_ = Posted::over;
  return reply;
}

std::optional<CourierReply> Errand::be_patient() {
  if (withdrawn_) return std::nullopt;
  const auto now = transport_.now();
  if (now >= deadline_) return too_late();
  if (!seen_ && now - start_ >= kFirstContact) return failed(ErrorCode::registry_unreachable, trouble_);
  pause();
  return std::nullopt;
}

void Errand::pause() {
  const auto left = std::chrono::ceil<Milliseconds>(deadline_ - transport_.now());
  if (!transport_.pause(std::clamp(pause_, Milliseconds(0), std::max(left, Milliseconds(0))))) withdrawn_ = true;
  pause_ = std::min(pause_ * 2, kLongestPause);
}

CourierReply Errand::too_late() const {
  if (!seen_) return failed(ErrorCode::registry_unreachable, trouble_);
  return failed(ErrorCode::deadline_passed, trouble_.empty() ? "nobody answered" : trouble_);
}

void Errand::withdraw() {
  if (posted_ != Posted::perhaps && posted_ != Posted::yes) return;
  (void)transport_.send_anyway(
      {.method = Method::remove, .target = "/v1/challenges/" + id_, .headers = {}, .body = {}},
      transport_.now() + kWithdrawWithin);  // failure: the registry withdraws a challenge that nobody waits for
  posted_ = Posted::over;
}

}  // namespace countersign::courier
