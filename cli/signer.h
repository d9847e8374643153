// cli/signer.h: signatures by the user's own ssh-keygen.
//
// The key is named as for `ssh-keygen -Y sign -f`: a private key file, with a passphrase or without; the .pub file of a
// key that an agent holds; or a FIDO key's file. ssh-keygen keeps the terminal, so it can ask for a passphrase, a PIN
// or a touch. What it returns is verified before anybody else sees it. No private key is ever read by this program.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::cli {

class Signer {
 public:
  // Finds the public half: in the file itself, beside it (FILE.pub), or by asking ssh-keygen.
  static base::Result<Signer> open(std::string file);

  [[nodiscard]] const crypto::PublicKey& key() const { return key_; }

  // The armored signature. bad_private_key when ssh-keygen does not sign, key_mismatch and the like when what it signed
  // does not fit.
  [[nodiscard]] base::Result<std::string> sign(std::string_view name_space, std::string_view message) const;

 private:
  Signer(std::string file, crypto::PublicKey key) : file_(std::move(file)), key_(std::move(key)) {}
  std::string file_;
  crypto::PublicKey key_;
};

}  // namespace countersign::cli
