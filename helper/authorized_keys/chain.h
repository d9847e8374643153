// authorized_keys/chain.h: another AuthorizedKeysCommand, run after ours (SSSD's, say).
//
// sshd checks the program in its configuration, and this one stands behind it, so it is held to the same: it and all
// its parents belong to root and nobody else can write them. It gets USER and FINGERPRINT, an environment of PATH and
// LANG, and the time that is left.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"

namespace countersign::authorized_keys {

// Its whole output; unsafe_file or not_found before it was started; courier_failed when it did not end with exit 0;
// deadline_passed; too_large beyond 256 KiB.
base::Result<std::string> run_chain(const std::string& program, const std::vector<std::string>& arguments,
                                    base::MonotonicTime deadline);

}  // namespace countersign::authorized_keys
