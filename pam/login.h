// pam/login.h: decides one login (docs/DESIGN.md, "The login"). The result is a PAM code; denial is where it starts.
//
// Two things turn into PAM_SUCCESS: a policy::Approval, and a policy::Exemption, the word of a rule that nobody need be
// asked. Behind sshd both are out of reach of whoever has not proven a login key, and, unless that very rule says
// otherwise, one of the verified record. In the auth phase the prompt comes up while the courier is under way, and
// everything ends with one deadline on the monotonic clock.
#pragma once

#include "common/base/clock.h"
#include "common/log/sink.h"
#include "pam/machine.h"
#include "pam/port.h"

namespace countersign::pam {

struct Surroundings {
  Port& port;
  Machine& machine;
  log::Sink& sink;
  const base::Clock& clock;
};

int authenticate(const Surroundings& around);

// The gate for logins that had no prompt. Under sshd: where SSH_AUTH_INFO_0 says that keyboard-interactive/pam and
// publickey have succeeded, the auth phase has decided, and nobody is asked twice. Where publickey alone has, the login
// is decided here, without a prompt: by a rule, by trust, or by a push that a rule with `number: false` lets do alone.
// Elsewhere: when the auth phase has marked this very PAM handle. So the module does not belong into the session stack
// of a service that runs no auth phase of its own (cron, at).
int open_session(const Surroundings& around);

}  // namespace countersign::pam
