// pam/port.h: what a login asks of PAM, as an interface, so that tests and the fuzzer can stand in for libpam.
//
// Nothing here reads the process's own environment: the user controls parts of it. Texts given to ask() and tell() must
// be fit for a terminal already. One port serves one call of one pam_sm_ function, in one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::pam {

class Port {
 public:
  virtual ~Port() = default;

  // PAM_USER as it was typed, PAM_SERVICE, PAM_RHOST: nothing where PAM has none.
  virtual std::optional<std::string> user() = 0;
  virtual std::optional<std::string> service() = 0;
  virtual std::optional<std::string> remote_host() = 0;
  // PAM_TTY: "ssh" in sshd's auth phase.
  virtual std::optional<std::string> terminal() = 0;
  // A variable of the PAM environment, which only the application and modules set.
  virtual std::optional<std::string> environment(std::string_view name) = 0;

  // Shows the text and waits for one line. prompt_failed when the conversation fails or answers nothing (NULL): an
  // empty line is something else. The line may hold what the user should not have typed here: it wipes itself.
  virtual base::Result<base::SecretBytes> ask(std::string_view text) = 0;
  // Shows the text if the application can; that it could not changes nothing.
  virtual void tell(std::string_view text) = 0;

  // A mark on this PAM handle that the auth phase has admitted the login. It reaches the session phase where one
  // process runs both (sudo, login), and never does so under sshd.
  virtual base::Result<void> mark_admitted() = 0;
  // Takes the mark away: another attempt on the same handle starts from denial.
  virtual void unmark() = 0;
  virtual bool marked_admitted() = 0;
};

}  // namespace countersign::pam
