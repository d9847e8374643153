#include "helper/courier/verdict.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace countersign::courier {
namespace {

using base::ErrorCode;
using host::CourierReply;
using host::CourierStatus;

struct Row {
  int status;
  ErrorCode reason;  // the first row of a status is what a body without a known REASON means
};

// PROTOCOL.md section 9.
constexpr std::array kReasons{
    Row{400, ErrorCode::bad_request},
    Row{400, ErrorCode::bad_statement},
    Row{400, ErrorCode::bad_text},
    Row{401, ErrorCode::not_authorized},
    Row{403, ErrorCode::registry_refused},
    Row{403, ErrorCode::not_an_approver},
    Row{403, ErrorCode::signature_mismatch},
    Row{403, ErrorCode::challenge_mismatch},
    Row{404, ErrorCode::not_found},
    Row{404, ErrorCode::record_unknown},
    Row{406, ErrorCode::unsupported_version},
    Row{409, ErrorCode::already_answered},
    Row{410, ErrorCode::challenge_withdrawn},
    Row{410, ErrorCode::challenge_replaced},
    Row{410, ErrorCode::challenge_expired},
    Row{413, ErrorCode::too_large},
    Row{414, ErrorCode::too_large},
    Row{431, ErrorCode::too_large},
    Row{429, ErrorCode::quota_exceeded},
    Row{500, ErrorCode::internal},
    Row{502, ErrorCode::registry_unreachable},
    Row{503, ErrorCode::registry_unreachable},
    Row{504, ErrorCode::registry_unreachable},
};

CourierReply ok(std::string statements) {
  if (statements.empty()) return failed(ErrorCode::internal, "HTTP 200 without a body");
  return {.status = CourierStatus::ok, .reason = std::nullopt, .detail = {}, .statements = std::move(statements)};
}

// Another version than the one we asked for is not worth carrying: nobody here could read it.
bool speaks_our_version(const http::Response& response) {
  const auto version = response.header("countersign-version");
  return !version || *version == "1";
}

}  // namespace

ErrorCode reason_of(const http::Response& response) {
  const std::string_view said = std::string_view(response.body).substr(0, response.body.find(':'));
  const auto matches = [&](const Row& row) {
    return row.status == response.status && base::to_string(row.reason) == said;
  };
  const auto has_status = [&](const Row& row) { return row.status == response.status; };
  auto row = std::find_if(kReasons.begin(), kReasons.end(), matches);
  if (row == kReasons.end()) row = std::find_if(kReasons.begin(), kReasons.end(), has_status);
  return row == kReasons.end() ? ErrorCode::internal : row->reason;
}

CourierReply failed(ErrorCode reason, std::string_view detail) {
  return {.status = CourierStatus::failed, .reason = reason, .detail = host::clean_detail(detail), .statements = {}};
}

CourierReply failed(const http::Response& response) {
  const std::string_view first_line = std::string_view(response.body).substr(0, response.body.find('\n'));
  return failed(reason_of(response), "HTTP " + std::to_string(response.status) + " " + std::string(first_line));
}

CourierReply record_reply(http::Response response, bool held) {
  if (response.status == 304 && held) {
    return {.status = CourierStatus::unchanged, .reason = std::nullopt, .detail = {}, .statements = {}};
  }
  if (response.status == 404 && reason_of(response) == ErrorCode::record_unknown) {
    CourierReply reply = failed(response);
    reply.status = CourierStatus::unknown;
    return reply;
  }
  if (response.status != 200) return failed(response);
  if (!speaks_our_version(response)) return failed(ErrorCode::unsupported_version, "the registry answers in another");
  return ok(std::move(response.body));
}

std::optional<CourierReply> answer_reply(http::Response response) {
  if (response.status == 204) return std::nullopt;
  if (response.status == 410) {
    CourierReply reply = failed(response);
    reply.status = CourierStatus::ended;
    return reply;
  }
  if (response.status != 200) return failed(response);
  if (!speaks_our_version(response)) return failed(ErrorCode::unsupported_version, "the registry answers in another");
  return ok(std::move(response.body));
}

bool is_transient(const base::Result<http::Response>& result) {
  if (!result) {
    return result.error().code == ErrorCode::registry_unreachable || result.error().code == ErrorCode::deadline_passed;
  }
  return result->status == 502 || result->status == 503 || result->status == 504;
}

}  // namespace countersign::courier
