// cli/key_file.h: the public key in a file that a person named: one line TYPE BASE64 [COMMENT], as in a .pub file.
#pragma once

#include <string_view>

#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::cli {

// bad_public_key for anything but one such line; a certificate is unsupported_key_type.
base::Result<crypto::PublicKey> parse_public_key_file(std::string_view content);

}  // namespace countersign::cli
