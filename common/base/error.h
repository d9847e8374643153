// base/error.h: the one error type of the project.
//
// An Error is a code, which programs switch on and logs print as their reason code, and a detail, which is for the
// operator's log. `detail` may quote foreign bytes: the log sink (common/log) escapes them; nothing else prints it raw.
// What a user sees comes from one mapping in the program that speaks to the user, never from `detail`.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace countersign::base {

// Grouped by the room that first meets the fault. Names are stable: they appear in logs and in documentation.
enum class ErrorCode {
  // encoding
  bad_base64,
  truncated,       // fewer bytes than a length field promised
  trailing_bytes,  // bytes left over where the format ends
  too_large,
  bad_text,  // not UTF-8, or a control character where text is wanted
  bad_number,
  bad_time,

  // crypto, keys
  bad_public_key,
  unsupported_key_type,
  weak_key,
  bad_private_key,
  bad_key_option,
  bad_signers_line,
  unsupported_signers_line,  // cert-authority and unknown options: refused, never ignored

  // sshsig
  bad_armor,
  bad_sshsig,  // the blob's structure
  unsupported_sshsig_version,
  wrong_namespace,
  unsupported_hash,
  unsupported_signature_type,
  bad_signature_encoding,
  signature_mismatch,
  key_mismatch,  // made by another key than the one expected
  bad_client_data,
  wrong_origin,
  wrong_rp_id,
  user_presence_missing,
  user_verification_missing,
  synced_not_accepted,  // a passkey that may leave its device

  // statement
  bad_statement,
  wrong_kind,
  unsupported_version,
  statement_expired,  // of a kind that is neither record nor challenge
  statement_from_future,

  // policy
  signer_unknown,
  signer_not_valid_now,
  wrong_user,
  host_out_of_scope,
  record_expired,
  record_from_future,
  record_lifetime_too_long,
  record_rolled_back,
  record_serial_reused,
  clock_went_back,
  key_has_both_roles,
  not_an_approver,
  not_endorsed,
  level_not_accepted,
  wrong_person,
  challenge_mismatch,
  challenge_expired,
  wrong_number,
  answer_denied,
  answer_reported,
  trust_does_not_fit,
  trust_expired,
  trust_revoked,

  // login
  unknown_user,
  no_publickey,   // SSH_AUTH_INFO_0 holds no publickey line
  bad_auth_info,  // SSH_AUTH_INFO_0 does not parse
  key_not_in_record,
  denied_by_rule,
  group_lookup_failed,  // the system cannot say who is in a group that a rule names
  root_not_allowed,
  prompt_failed,  // PAM_CONV_ERR or a NULL answer
  bad_answer_line,
  deadline_passed,
  no_prompt_possible,  // session phase: nothing may admit this login without a prompt

  // courier and registry
  courier_failed,
  bad_courier_message,
  registry_unreachable,
  unsafe_address,  // of a push service: not on the public Internet
  registry_refused,
  record_unknown,  // the registry has no record of this user for this host
  challenge_replaced,
  challenge_withdrawn,
  already_answered,
  pairing_ended,
  quota_exceeded,
  not_authorized,
  bad_request,
  already_exists,

  // files and configuration
  bad_config,
  unsafe_file,
  not_found,
  io_error,
  bad_usage,

  internal,
};

// "record_expired" for ErrorCode::record_expired: the reason code of logs and documentation.
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;

  Error(ErrorCode c, std::string d = {}) : code(c), detail(std::move(d)) {}

  // The same error with `context: ` before its detail.
  [[nodiscard]] Error within(std::string_view context) const;

  // Errors compare by code; the detail is prose.
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

// "record_expired: expired 2026-01-01T00:00:00Z" or just the code when there is no detail.
std::string to_string(const Error& error);

}  // namespace countersign::base
