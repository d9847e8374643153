// pam/auth_info.h: what sshd says it has already verified, the PAM environment's SSH_AUTH_INFO_0.
//
// One line for each method that succeeded: `publickey TYPE BASE64`, `keyboard-interactive/pam`, `password`, … . The
// text comes from sshd, but its keys come from the client: it is parsed strictly. A missing or empty value means that
// nothing is known to have succeeded; it never counts as success.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::pam {

struct AuthInfo {
  std::vector<crypto::PublicKey> keys;  // of each publickey line, in their order; of a certificate its plain key
  bool keyboard_interactive = false;    // a line is exactly keyboard-interactive/pam
};

// No more than 32 lines of 16 KiB each, every one with its LF, as sshd writes them: what somebody else has appended to
// sshd's text (pam_env can) lacks it. bad_auth_info for a line that is no method, and for a publickey line that is not
// exactly a type and a key of that type in base64.
base::Result<AuthInfo> parse_auth_info(std::string_view text);

}  // namespace countersign::pam
