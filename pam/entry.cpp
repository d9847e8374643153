// The C boundary of pam_countersign.so: five functions, one guard, denial as the starting value.
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include <exception>

#include "pam/auth_info.h"

namespace {

using countersign::base::Error;
using countersign::base::ErrorCode;

// Runs `phase` and lets no exception through to C: whatever goes wrong is a denial with one log line.
template <typename Phase>
int guarded(pam_handle_t* pamh, const char* name, Phase phase) noexcept {
  int result = PAM_AUTH_ERR;
  try {
    result = phase();
  } catch (const std::exception& fault) {
    ::pam_syslog(pamh, LOG_ERR, "event=denied phase=%s reason=internal detail=\"%s\"", name, fault.what());
    result = PAM_AUTH_ERR;
  } catch (...) {
    ::pam_syslog(pamh, LOG_ERR, "event=denied phase=%s reason=internal", name);
    result = PAM_AUTH_ERR;
  }
  return result;
}

int deny(pam_handle_t* pamh, const char* name, ErrorCode code) {
  ::pam_syslog(pamh, LOG_NOTICE, "event=denied phase=%s reason=%s", name, countersign::base::to_string(code).data());
  return PAM_AUTH_ERR;
}

// Behind sshd nothing may admit a client that has not proven a login key; so this comes before anything else.
ErrorCode reason_to_deny(pam_handle_t* pamh) {
  if (::pam_getenv(pamh, "SSH_CONNECTION") == nullptr) return ErrorCode::not_authorized;
  const char* text = ::pam_getenv(pamh, "SSH_AUTH_INFO_0");
  if (text == nullptr) return ErrorCode::no_publickey;
  const auto info = countersign::pam::parse_auth_info(text);
  if (!info) return info.error().code;
  return info->keys.empty() ? ErrorCode::no_publickey : ErrorCode::not_authorized;
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int pam_sm_authenticate(pam_handle_t* pamh, int, int, const char**) {
  return guarded(pamh, "auth", [pamh] { return deny(pamh, "auth", reason_to_deny(pamh)); });
}

// Nothing to set: the module gives no credentials.
[[gnu::visibility("default")]] int pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }

// The account phase cannot decide: sshd leaves SSH_AUTH_INFO_0 empty in it. PAM_IGNORE says "not asked", so that a
// stack of this module alone still does not admit.
[[gnu::visibility("default")]] int pam_sm_acct_mgmt(pam_handle_t*, int, int, const char**) { return PAM_IGNORE; }

[[gnu::visibility("default")]] int pam_sm_open_session(pam_handle_t* pamh, int, int, const char**) {
  return guarded(pamh, "session", [pamh] { return deny(pamh, "session", ErrorCode::no_prompt_possible); });
}

[[gnu::visibility("default")]] int pam_sm_close_session(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }
}
