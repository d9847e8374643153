// sshsig/sign.h: makes signatures that stock `ssh-keygen -Y verify` accepts.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/private_key.h"
#include "common/sshsig/signature.h"

namespace countersign::sshsig {

// bad_sshsig for a namespace that is empty or holds NUL, unsupported_hash for a hash other than sha256 and sha512.
base::Result<Signature> sign(const crypto::PrivateKey& key, std::string_view name_space, base::ByteView message,
                             crypto::Hash hash = crypto::Hash::sha512);

// The armored text of sign(): what a statement carries below its message.
base::Result<std::string> sign_armored(const crypto::PrivateKey& key, std::string_view name_space,
                                       base::ByteView message, crypto::Hash hash = crypto::Hash::sha512);

}  // namespace countersign::sshsig
