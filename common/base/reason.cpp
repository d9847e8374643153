#include "common/base/reason.h"

#include <array>

namespace countersign::base {
namespace {

constexpr std::array kReasons{
    ErrorCode::bad_request,        ErrorCode::bad_statement,       ErrorCode::bad_text,
    ErrorCode::not_authorized,     ErrorCode::registry_refused,    ErrorCode::not_an_approver,
    ErrorCode::signature_mismatch, ErrorCode::challenge_mismatch,  ErrorCode::not_found,
    ErrorCode::record_unknown,     ErrorCode::unsupported_version, ErrorCode::already_answered,
    ErrorCode::challenge_replaced, ErrorCode::challenge_withdrawn, ErrorCode::challenge_expired,
    ErrorCode::pairing_ended,      ErrorCode::too_large,           ErrorCode::quota_exceeded,
    ErrorCode::internal,           ErrorCode::registry_unreachable};

}  // namespace

std::optional<ErrorCode> parse_registry_reason(std::string_view text) {
  for (const ErrorCode reason : kReasons) {
    if (to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

}  // namespace countersign::base
