// crypto/signature_blob.h: the signature inside an SSHSIG, taken apart (RFC 4253 section 6.6, PROTOCOL.u2f), and its
// check against a key.
//
// parse_signature_blob() accepts exactly one encoding of each signature: numbers in their shortest form and in range,
// no bytes left over. verify_signature() answers only "did this key sign these bytes"; whether presence, verification
// and origin suffice is the question of common/sshsig.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/crypto/algorithms.h"
#include "common/crypto/public_key.h"

namespace countersign::crypto {

// Bits of the authenticator's flags byte.
inline constexpr std::uint8_t flag_user_present = 0x01;
inline constexpr std::uint8_t flag_user_verified = 0x04;
inline constexpr std::uint8_t flag_backup_eligible = 0x08;  // of passkeys: it may be copied to other devices
inline constexpr std::uint8_t flag_backed_up = 0x10;        // it has been
inline constexpr std::uint8_t flag_attested_data = 0x40;
inline constexpr std::uint8_t flag_extensions = 0x80;

struct SignatureBlob {
  SignatureAlgorithm algorithm = SignatureAlgorithm::ed25519;
  base::Bytes value;  // Ed25519: R ‖ S; ECDSA: mpint r, mpint s, each with its length; RSA: the number

  // sk and webauthn
  std::uint8_t flags = 0;
  std::uint32_t counter = 0;

  // webauthn
  std::string origin;  // the raw bytes between the quotes in client_data, escapes included
  base::Bytes client_data;
  base::Bytes extensions;

  friend bool operator==(const SignatureBlob&, const SignatureBlob&) = default;
};

// truncated, trailing_bytes, too_large, unsupported_signature_type or bad_signature_encoding.
base::Result<SignatureBlob> parse_signature_blob(base::ByteView blob);
base::Bytes serialize_signature_blob(const SignatureBlob& signature);

// `data` is what was given to the signer: for a webauthn signature that is the clientDataJSON. signature_mismatch when
// the key did not sign it; unsupported_signature_type when a key of this type cannot have made it;
// bad_signature_encoding for an RSA signature that is not exactly as long as the modulus.
base::Result<void> verify_signature(const PublicKey& key, const SignatureBlob& signature, base::ByteView data);

}  // namespace countersign::crypto
