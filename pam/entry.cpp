// The C boundary of pam_countersign.so: five functions, one guard, denial as the starting value.
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include <exception>
#include <string>

#include "common/log/event.h"
#include "common/log/sink.h"
#include "pam/libpam_port.h"
#include "pam/login.h"
#include "pam/system_machine.h"

namespace {

using countersign::pam::Surroundings;

// Runs `decide` and lets no exception through to C: whatever goes wrong is a denial with one log line.
int guarded(pam_handle_t* handle, int flags, int argc, const char* phase, int (*decide)(const Surroundings&)) noexcept {
  int result = PAM_AUTH_ERR;
  try {
    countersign::pam::LibpamPort port(handle, (static_cast<unsigned>(flags) & PAM_SILENT) != 0);
    countersign::log::SyslogSink sink("pam_countersign(" + port.service().value_or("") + ":" + phase + ")");
    countersign::pam::SystemMachine machine(sink);
    const countersign::base::SystemClock clock;
    if (argc != 0) {
      countersign::log::Event("login_denied")
          .with(countersign::base::Error(countersign::base::ErrorCode::bad_config, "the module takes no arguments"))
          .write_to(sink, countersign::log::Level::error);
    } else {
      result = decide({port, machine, sink, clock});
    }
  } catch (const std::exception& fault) {
    ::pam_syslog(handle, LOG_ERR, "event=login_denied reason=internal detail=\"%s\"", fault.what());
    result = PAM_AUTH_ERR;
  } catch (...) {
    ::pam_syslog(handle, LOG_ERR, "event=login_denied reason=internal");
    result = PAM_AUTH_ERR;
  }
  return result;
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int pam_sm_authenticate(pam_handle_t* handle, int flags, int argc, const char**) {
  return guarded(handle, flags, argc, "auth", countersign::pam::authenticate);
}

// Nothing to set, and said with PAM_SUCCESS: a stack in which no module has credentials to set is a failed login.
[[gnu::visibility("default")]] int pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }

// Decides nothing: in sshd's no-prompt mode SSH_AUTH_INFO_0 is empty in this phase. PAM_IGNORE, not PAM_SUCCESS, so
// that a stack of this module alone does not admit.
[[gnu::visibility("default")]] int pam_sm_acct_mgmt(pam_handle_t*, int, int, const char**) { return PAM_IGNORE; }

[[gnu::visibility("default")]] int pam_sm_open_session(pam_handle_t* handle, int flags, int argc, const char**) {
  return guarded(handle, flags, argc, "session", countersign::pam::open_session);
}

[[gnu::visibility("default")]] int pam_sm_close_session(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }
}
