// pam/certificate.h: the plain key inside an OpenSSH user certificate (PROTOCOL.certkeys of OpenSSH).
//
// sshd has verified the certificate before a PAM module sees it; records hold plain keys. Only the structure is checked
// here: nothing in it grants anything.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::pam {

// The key of a certificate or of a plain key blob. unsupported_key_type, truncated, trailing_bytes, bad_public_key, … .
base::Result<crypto::PublicKey> plain_key(base::ByteView blob);

}  // namespace countersign::pam
