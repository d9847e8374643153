// sshsig/signature.h: an SSHSIG blob taken apart (PROTOCOL.sshsig; PROTOCOL.md section 5).
//
// A Signature is only what some bytes claim. Nothing in it may be acted upon before sshsig/verify.h has turned it into
// a VerifiedSignature; `public_key` serves to look up which key to verify with.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/signature_blob.h"

namespace countersign::sshsig {

struct Signature {
  base::Bytes public_key;  // the blob as it stands
  std::string name_space;
  crypto::Hash hash = crypto::Hash::sha512;
  crypto::SignatureBlob signature;

  friend bool operator==(const Signature&, const Signature&) = default;
};

// Version exactly 1, a namespace, an empty reserved field, hash sha256 or sha512, a signature of a known type, nothing
// left over. bad_sshsig, unsupported_sshsig_version, unsupported_hash, too_large, truncated, trailing_bytes, and what
// crypto::parse_signature_blob says. serialize(parse(x)) == x.
base::Result<Signature> parse_signature(base::ByteView blob);
base::Bytes serialize(const Signature& signature);

// parse_armor and parse_signature in one.
base::Result<Signature> parse_armored_signature(std::string_view text);

// The bytes of PROTOCOL.md section 5.1: what the key signs, or what a WebAuthn challenge carries.
base::Bytes signed_data(std::string_view name_space, crypto::Hash hash, base::ByteView message_digest);

}  // namespace countersign::sshsig
