#include "common/sshsig/sign.h"

#include "common/crypto/digest.h"
#include "common/crypto/signature_blob.h"
#include "common/sshsig/armor.h"

namespace countersign::sshsig {

using base::ErrorCode;
using base::Result;

Result<Signature> sign(const crypto::PrivateKey& key, std::string_view name_space, base::ByteView message,
                       crypto::Hash hash) {
  if (name_space.empty() || name_space.find('\0') != std::string_view::npos) {
    return {ErrorCode::bad_sshsig, "the namespace is empty or holds NUL"};
  }
  if (hash == crypto::Hash::sha384) return {ErrorCode::unsupported_hash, "sha384, sha512 or sha256 wanted"};
  const auto blob = key.sign(signed_data(name_space, hash, crypto::digest(hash, message)));
  if (!blob) return blob.error();
  auto parsed = crypto::parse_signature_blob(*blob);
  if (!parsed) return parsed.error();
  return Signature{key.public_key().blob(), std::string(name_space), hash, std::move(*parsed)};
}

Result<std::string> sign_armored(const crypto::PrivateKey& key, std::string_view name_space, base::ByteView message,
                                 crypto::Hash hash) {
  const auto signature = sign(key, name_space, message, hash);
  if (!signature) return signature.error();
  return print_armor(serialize(*signature));
}

}  // namespace countersign::sshsig
