#include "pam/outcome.h"

#include <security/pam_modules.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace countersign::pam {
namespace {

using base::ErrorCode;

constexpr std::string_view kUnusable = "This host is not set up as it should be. Please tell its administrator.";
constexpr std::string_view kNoKey = "This login needs an SSH key that is registered for you on this host.";
constexpr std::string_view kNoRecord = "This host has no valid record of your keys.";
constexpr std::string_view kUnreachable = "Your phone could not be asked: the registry did not answer as it should.";
constexpr std::string_view kNotVerified = "The approval that came could not be verified.";
constexpr std::string_view kWrongDevice = "The approval came from a device that may not approve this login.";
constexpr std::string_view kTooLate = "Nobody approved in time.";
constexpr std::string_view kDenied = "The login was denied.";

struct Row {
  ErrorCode reason;
  std::string_view sentence;
};

constexpr std::array kSentences = {
    Row{ErrorCode::answer_denied, "The login was denied on your phone."},
    Row{ErrorCode::answer_reported, "The login was reported on your phone as not yours."},
    Row{ErrorCode::wrong_number, "The number typed on the phone is not the one shown here."},
    Row{ErrorCode::deadline_passed, kTooLate},
    Row{ErrorCode::challenge_expired, kTooLate},
    Row{ErrorCode::challenge_replaced, "A newer login on the same connection took this one's place."},
    Row{ErrorCode::challenge_withdrawn, "The question to your phone was withdrawn."},
    Row{ErrorCode::quota_exceeded, "Too many logins wait or failed. Please try again in ten minutes."},
    Row{ErrorCode::bad_answer_line, "Only the Enter key is understood here."},
    Row{ErrorCode::prompt_failed, "This login needs a prompt, and your client gave no answer to it."},
    Row{ErrorCode::no_prompt_possible, "This login needs an approval, and this way in cannot ask for one."},
    Row{ErrorCode::denied_by_rule, "A rule of this host denies this login."},
    Row{ErrorCode::group_lookup_failed, kUnusable},
    Row{ErrorCode::root_not_allowed,
        "root does not log in here: no rule of Countersign's says so. A rule also needs sshd's PermitRootLogin yes."},
    Row{ErrorCode::unknown_user, kNoKey},
    Row{ErrorCode::no_publickey, kNoKey},
    Row{ErrorCode::bad_auth_info, kNoKey},
    Row{ErrorCode::bad_public_key, kNoKey},
    Row{ErrorCode::unsupported_key_type, kNoKey},
    Row{ErrorCode::weak_key, kNoKey},
    Row{ErrorCode::key_not_in_record, kNoKey},
    Row{ErrorCode::record_unknown, kNoRecord},
    Row{ErrorCode::record_expired, kNoRecord},
    Row{ErrorCode::record_from_future, kNoRecord},
    Row{ErrorCode::record_lifetime_too_long, kNoRecord},
    Row{ErrorCode::record_rolled_back, kNoRecord},
    Row{ErrorCode::record_serial_reused, kNoRecord},
    Row{ErrorCode::signer_unknown, kNoRecord},
    Row{ErrorCode::signer_not_valid_now, kNoRecord},
    Row{ErrorCode::host_out_of_scope, kNoRecord},
    Row{ErrorCode::wrong_user, kNoRecord},
    Row{ErrorCode::key_has_both_roles, kNoRecord},
    Row{ErrorCode::clock_went_back, "This host's clock is wrong. Please tell its administrator."},
    Row{ErrorCode::registry_unreachable, kUnreachable},
    Row{ErrorCode::registry_refused, kUnreachable},
    Row{ErrorCode::not_authorized, kUnreachable},
    Row{ErrorCode::courier_failed, kUnreachable},
    Row{ErrorCode::bad_courier_message, kUnreachable},
    Row{ErrorCode::not_an_approver, kWrongDevice},
    Row{ErrorCode::not_endorsed, kWrongDevice},
    Row{ErrorCode::level_not_accepted, kWrongDevice},
    Row{ErrorCode::synced_not_accepted, "The approval came with a passkey that is not bound to one device."},
    Row{ErrorCode::wrong_person, kWrongDevice},
    Row{ErrorCode::challenge_mismatch, kNotVerified},
    Row{ErrorCode::signature_mismatch, kNotVerified},
    Row{ErrorCode::wrong_namespace, kNotVerified},
    Row{ErrorCode::bad_statement, kNotVerified},
    Row{ErrorCode::wrong_kind, kNotVerified},
    Row{ErrorCode::unsupported_version, kNotVerified},
    Row{ErrorCode::too_large, kNotVerified},
    Row{ErrorCode::bad_config, kUnusable},
    Row{ErrorCode::not_found, kUnusable},
    Row{ErrorCode::io_error, kUnusable},
    Row{ErrorCode::bad_text, kUnusable},
    Row{ErrorCode::internal, kUnusable},
    Row{ErrorCode::unsafe_file, kUnusable},
    Row{ErrorCode::bad_signers_line, kUnusable},
    Row{ErrorCode::unsupported_signers_line, kUnusable},
};

}  // namespace

int pam_result(ErrorCode reason) {
  return reason == ErrorCode::answer_denied || reason == ErrorCode::answer_reported ? PAM_MAXTRIES : PAM_AUTH_ERR;
}

std::string_view user_sentence(ErrorCode reason) {
  const auto* const row = std::find_if(std::begin(kSentences), std::end(kSentences),
                                       [&](const Row& each) { return each.reason == reason; });
  return row == std::end(kSentences) ? kDenied : row->sentence;
}

std::string user_text(ErrorCode reason, std::string_view challenge_id) {
  std::string text = "Countersign: ";
  text.append(user_sentence(reason));
  // Before a key is proven, whoever asks must not learn which users exist.
  if (reason == ErrorCode::unknown_user || reason == ErrorCode::no_publickey || reason == ErrorCode::bad_auth_info)
    return text;
  text.append(" (").append(to_string(reason));
  if (!challenge_id.empty()) text.append(", ").append(challenge_id.substr(0, 12));
  return text.append(")");
}

}  // namespace countersign::pam
