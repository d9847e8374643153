// pam/claim.h: who asks to come in, as PAM tells it: the account, the service, where from, and with which keys.
//
// Nothing here says that anybody may: the keys are those that sshd has verified, and whether they are the user's is for
// the record to say.
#pragma once

#include <optional>
#include <vector>

#include "common/base/address.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/crypto/public_key.h"
#include "common/host/account.h"
#include "common/statement/values.h"
#include "pam/audit.h"
#include "pam/machine.h"
#include "pam/port.h"

namespace countersign::pam {

struct Claim {
  host::Account account;
  base::ServiceName service;
  std::optional<statement::Connection> connection;  // there exactly when sshd asks
  base::Address address = base::Address::console();
  std::vector<crypto::PublicKey> keys;  // of each publickey line of SSH_AUTH_INFO_0; at least one when sshd asks
};

// Fills in `audit` as far as it gets. unknown_user, bad_text for a service or connection that cannot be named in a
// statement; no_publickey where sshd asks and has verified no key, bad_auth_info where what it says does not parse.
base::Result<Claim> load_claim(Port& port, Machine& machine, Audit& audit);

}  // namespace countersign::pam
