// keys/public_key_line.h: a public key as people write it: TYPE BASE64, and a comment where a file may have one.
//
// TYPE is the type inside the blob, by its one name; BASE64 is canonical. What is refused: bad_public_key for the shape
// of the line and for a type that is not the blob's, unsupported_key_type, bad_base64, and what PublicKey refuses.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::keys {

// Exactly "TYPE BASE64", one space, nothing around it: what print_public_key writes.
base::Result<crypto::PublicKey> parse_public_key(std::string_view text);
std::string print_public_key(const crypto::PublicKey& key);

// The content of a .pub file or one line of it: blanks around and between, a comment, and one line end are allowed. The
// comment means nothing and is dropped.
base::Result<crypto::PublicKey> parse_public_key_file(std::string_view text);

}  // namespace countersign::keys
