#include "common/base/error.h"

namespace countersign::base {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_base64: return "bad_base64";
    case ErrorCode::truncated: return "truncated";
    case ErrorCode::trailing_bytes: return "trailing_bytes";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::bad_text: return "bad_text";
    case ErrorCode::bad_number: return "bad_number";
    case ErrorCode::bad_time: return "bad_time";
    case ErrorCode::bad_public_key: return "bad_public_key";
    case ErrorCode::unsupported_key_type: return "unsupported_key_type";
    case ErrorCode::weak_key: return "weak_key";
    case ErrorCode::bad_private_key: return "bad_private_key";
    case ErrorCode::bad_key_option: return "bad_key_option";
    case ErrorCode::bad_signers_line: return "bad_signers_line";
    case ErrorCode::unsupported_signers_line: return "unsupported_signers_line";
    case ErrorCode::bad_armor: return "bad_armor";
    case ErrorCode::bad_sshsig: return "bad_sshsig";
    case ErrorCode::unsupported_sshsig_version: return "unsupported_sshsig_version";
    case ErrorCode::wrong_namespace: return "wrong_namespace";
    case ErrorCode::unsupported_hash: return "unsupported_hash";
    case ErrorCode::unsupported_signature_type: return "unsupported_signature_type";
    case ErrorCode::bad_signature_encoding: return "bad_signature_encoding";
    case ErrorCode::signature_mismatch: return "signature_mismatch";
    case ErrorCode::key_mismatch: return "key_mismatch";
    case ErrorCode::bad_client_data: return "bad_client_data";
    case ErrorCode::wrong_origin: return "wrong_origin";
    case ErrorCode::wrong_rp_id: return "wrong_rp_id";
    case ErrorCode::user_presence_missing: return "user_presence_missing";
    case ErrorCode::user_verification_missing: return "user_verification_missing";
    case ErrorCode::synced_not_accepted: return "synced_not_accepted";
    case ErrorCode::bad_statement: return "bad_statement";
    case ErrorCode::wrong_kind: return "wrong_kind";
    case ErrorCode::unsupported_version: return "unsupported_version";
    case ErrorCode::statement_expired: return "statement_expired";
    case ErrorCode::statement_from_future: return "statement_from_future";
    case ErrorCode::signer_unknown: return "signer_unknown";
    case ErrorCode::signer_not_valid_now: return "signer_not_valid_now";
    case ErrorCode::wrong_user: return "wrong_user";
    case ErrorCode::host_out_of_scope: return "host_out_of_scope";
    case ErrorCode::record_expired: return "record_expired";
    case ErrorCode::record_from_future: return "record_from_future";
    case ErrorCode::record_lifetime_too_long: return "record_lifetime_too_long";
    case ErrorCode::record_rolled_back: return "record_rolled_back";
    case ErrorCode::record_serial_reused: return "record_serial_reused";
    case ErrorCode::clock_went_back: return "clock_went_back";
    case ErrorCode::key_has_both_roles: return "key_has_both_roles";
    case ErrorCode::not_an_approver: return "not_an_approver";
    case ErrorCode::not_endorsed: return "not_endorsed";
    case ErrorCode::level_not_accepted: return "level_not_accepted";
    case ErrorCode::wrong_person: return "wrong_person";
    case ErrorCode::challenge_mismatch: return "challenge_mismatch";
    case ErrorCode::challenge_expired: return "challenge_expired";
    case ErrorCode::wrong_number: return "wrong_number";
    case ErrorCode::answer_denied: return "answer_denied";
    case ErrorCode::answer_reported: return "answer_reported";
    case ErrorCode::trust_does_not_fit: return "trust_does_not_fit";
    case ErrorCode::trust_expired: return "trust_expired";
    case ErrorCode::trust_revoked: return "trust_revoked";
    case ErrorCode::unknown_user: return "unknown_user";
    case ErrorCode::no_publickey: return "no_publickey";
    case ErrorCode::bad_auth_info: return "bad_auth_info";
    case ErrorCode::key_not_in_record: return "key_not_in_record";
    case ErrorCode::denied_by_rule: return "denied_by_rule";
    case ErrorCode::group_lookup_failed: return "group_lookup_failed";
    case ErrorCode::root_not_allowed: return "root_not_allowed";
    case ErrorCode::prompt_failed: return "prompt_failed";
    case ErrorCode::bad_answer_line: return "bad_answer_line";
    case ErrorCode::deadline_passed: return "deadline_passed";
    case ErrorCode::no_prompt_possible: return "no_prompt_possible";
    case ErrorCode::courier_failed: return "courier_failed";
    case ErrorCode::bad_courier_message: return "bad_courier_message";
    case ErrorCode::registry_unreachable: return "registry_unreachable";
    case ErrorCode::unsafe_address: return "unsafe_address";
    case ErrorCode::registry_refused: return "registry_refused";
    case ErrorCode::record_unknown: return "record_unknown";
    case ErrorCode::challenge_replaced: return "challenge_replaced";
    case ErrorCode::challenge_withdrawn: return "challenge_withdrawn";
    case ErrorCode::already_answered: return "already_answered";
    case ErrorCode::pairing_ended: return "pairing_ended";
    case ErrorCode::quota_exceeded: return "quota_exceeded";
    case ErrorCode::not_authorized: return "not_authorized";
    case ErrorCode::bad_request: return "bad_request";
    case ErrorCode::already_exists: return "already_exists";
    case ErrorCode::bad_config: return "bad_config";
    case ErrorCode::unsafe_file: return "unsafe_file";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::io_error: return "io_error";
    case ErrorCode::bad_usage: return "bad_usage";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

Error Error::within(std::string_view context) const {
  std::string joined(context);
  if (!detail.empty()) joined.append(": ").append(detail);
  return Error(code, std::move(joined));
}

std::string to_string(const Error& error) {
  std::string text(to_string(error.code));
  if (!error.detail.empty()) text.append(": ").append(error.detail);
  return text;
}

}  // namespace countersign::base
