// crypto/algorithms.h: the key types, hashes and signature types of the SSHSIG profile (PROTOCOL.md sections 2.5, 5.1),
// and their names in the SSH wire format. Each has one name; OpenSSH's aliases and SHA-1 types do not exist here.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace countersign::crypto {

enum class KeyType { ed25519, ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa, sk_ed25519, sk_ecdsa_p256 };

enum class Hash { sha256, sha384, sha512 };

enum class SignatureAlgorithm {
  ed25519,
  ecdsa_p256,
  ecdsa_p384,
  ecdsa_p521,
  rsa_sha2_256,
  rsa_sha2_512,
  sk_ed25519,
  sk_ecdsa_p256,
  webauthn_sk_ecdsa_p256,
};

std::string_view to_string(KeyType type);  // "ssh-ed25519"
std::string_view to_string(SignatureAlgorithm algorithm);
std::string_view to_string(Hash hash);  // "sha512"
std::optional<KeyType> key_type_named(std::string_view name);
std::optional<SignatureAlgorithm> signature_algorithm_named(std::string_view name);

constexpr std::size_t digest_size(Hash hash) { return hash == Hash::sha256 ? 32 : hash == Hash::sha384 ? 48 : 64; }

constexpr bool is_sk(KeyType type) { return type == KeyType::sk_ed25519 || type == KeyType::sk_ecdsa_p256; }
constexpr bool is_sk(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::sk_ed25519 || algorithm == SignatureAlgorithm::sk_ecdsa_p256 ||
         algorithm == SignatureAlgorithm::webauthn_sk_ecdsa_p256;
}

// The only type of key that can have made a signature of this type.
KeyType key_type_of(SignatureAlgorithm algorithm);

}  // namespace countersign::crypto
