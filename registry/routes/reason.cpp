#include "registry/routes/reason.h"

#include <algorithm>
#include <array>

namespace countersign::registry::routes {
namespace {

using base::Error;
using base::ErrorCode;

struct Row {
  ErrorCode code;
  int status;
  ErrorCode reason;
};

constexpr std::array kRows{
    Row{ErrorCode::bad_request, 400, ErrorCode::bad_request},
    Row{ErrorCode::bad_statement, 400, ErrorCode::bad_statement},
    Row{ErrorCode::wrong_kind, 400, ErrorCode::bad_statement},
    Row{ErrorCode::bad_text, 400, ErrorCode::bad_text},
    Row{ErrorCode::not_authorized, 401, ErrorCode::not_authorized},
    Row{ErrorCode::registry_refused, 403, ErrorCode::registry_refused},
    Row{ErrorCode::wrong_origin, 403, ErrorCode::registry_refused},
    Row{ErrorCode::statement_expired, 403, ErrorCode::registry_refused},
    Row{ErrorCode::statement_from_future, 403, ErrorCode::registry_refused},
    Row{ErrorCode::not_an_approver, 403, ErrorCode::not_an_approver},
    Row{ErrorCode::wrong_person, 403, ErrorCode::not_an_approver},
    Row{ErrorCode::not_endorsed, 403, ErrorCode::not_an_approver},
    Row{ErrorCode::level_not_accepted, 403, ErrorCode::registry_refused},
    Row{ErrorCode::wrong_user, 403, ErrorCode::registry_refused},
    Row{ErrorCode::key_has_both_roles, 403, ErrorCode::registry_refused},
    Row{ErrorCode::already_exists, 403, ErrorCode::registry_refused},
    Row{ErrorCode::challenge_mismatch, 403, ErrorCode::challenge_mismatch},
    Row{ErrorCode::signature_mismatch, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::key_mismatch, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::wrong_namespace, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::unsupported_signature_type, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::bad_signature_encoding, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::bad_client_data, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::wrong_rp_id, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::user_presence_missing, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::user_verification_missing, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::synced_not_accepted, 403, ErrorCode::signature_mismatch},
    Row{ErrorCode::not_found, 404, ErrorCode::not_found},
    Row{ErrorCode::record_unknown, 404, ErrorCode::record_unknown},
    Row{ErrorCode::unsupported_version, 406, ErrorCode::unsupported_version},
    Row{ErrorCode::already_answered, 409, ErrorCode::already_answered},
    Row{ErrorCode::challenge_replaced, 410, ErrorCode::challenge_replaced},
    Row{ErrorCode::challenge_withdrawn, 410, ErrorCode::challenge_withdrawn},
    Row{ErrorCode::challenge_expired, 410, ErrorCode::challenge_expired},
    Row{ErrorCode::pairing_ended, 410, ErrorCode::pairing_ended},
    Row{ErrorCode::too_large, 413, ErrorCode::too_large},
    Row{ErrorCode::quota_exceeded, 429, ErrorCode::quota_exceeded},
    Row{ErrorCode::registry_unreachable, 503, ErrorCode::registry_unreachable},
};

// Details quote what a peer sent; a line is a line.
std::string one_line(std::string_view text) {
  constexpr std::size_t kLongest = 400;
  std::string line;
  for (const char c : text.substr(0, kLongest)) line.push_back(c >= 0x20 && c < 0x7f ? c : '?');
  return line;
}

}  // namespace

Refusal refusal_of(ErrorCode code) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [code](const Row& each) { return each.code == code; });
  if (row == kRows.end()) return {500, ErrorCode::internal};
  return {row->status, row->reason};
}

net::Response refuse(const Error& error) {
  const Refusal refusal = refusal_of(error.code);
  std::string text(base::to_string(refusal.reason));
  if (refusal.status == 500) {
    text.append(": the registry's log says more");
  } else if (refusal.reason != error.code) {
    text.append(": ").append(base::to_string(error.code));
  }
  if (refusal.status != 500 && !error.detail.empty()) text.append(": ").append(one_line(error.detail));
  net::Response response{refusal.status, "text/plain; charset=utf-8", text + "\n", {}};
  if (refusal.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (refusal.status == 429) response.headers.emplace_back("Retry-After", "10");
  return response;
}

}  // namespace countersign::registry::routes
