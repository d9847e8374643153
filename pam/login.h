// pam/login.h: decides one login (docs/DESIGN.md, "The login"). The result is a PAM code; denial is where it starts.
//
// authenticate() turns exactly one thing into PAM_SUCCESS: a policy::Approval. Behind sshd it refuses, before anything
// is sent, whoever has not proven a login key of the verified record. Its prompt comes up while the courier is under
// way, and everything ends with one deadline on the monotonic clock.
//
// open_session() is the gate for logins that had no prompt; see its own comment.
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

// Under sshd: admitted when SSH_AUTH_INFO_0 says that keyboard-interactive/pam and publickey have succeeded, for then
// the auth phase has decided. Elsewhere: when the auth phase has marked this very PAM handle. Everything else is denied
// with no_prompt_possible, since the only rule there is asks everybody: so the module does not belong into the session
// stack of a service that runs no auth phase of its own (cron, at).
int open_session(const Surroundings& around);

}  // namespace countersign::pam
