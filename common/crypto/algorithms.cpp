#include "common/crypto/algorithms.h"

#include <array>
#include <utility>

namespace countersign::crypto {
namespace {

constexpr std::array<std::pair<KeyType, std::string_view>, 7> key_types{{
    {KeyType::ed25519, "ssh-ed25519"},
    {KeyType::ecdsa_p256, "ecdsa-sha2-nistp256"},
    {KeyType::ecdsa_p384, "ecdsa-sha2-nistp384"},
    {KeyType::ecdsa_p521, "ecdsa-sha2-nistp521"},
    {KeyType::rsa, "ssh-rsa"},
    {KeyType::sk_ed25519, "sk-ssh-ed25519@openssh.com"},
    {KeyType::sk_ecdsa_p256, "sk-ecdsa-sha2-nistp256@openssh.com"},
}};

struct SignatureRow {
  SignatureAlgorithm algorithm;
  std::string_view name;
  KeyType key;
};
constexpr std::array<SignatureRow, 9> signature_types{{
    {SignatureAlgorithm::ed25519, "ssh-ed25519", KeyType::ed25519},
    {SignatureAlgorithm::ecdsa_p256, "ecdsa-sha2-nistp256", KeyType::ecdsa_p256},
    {SignatureAlgorithm::ecdsa_p384, "ecdsa-sha2-nistp384", KeyType::ecdsa_p384},
    {SignatureAlgorithm::ecdsa_p521, "ecdsa-sha2-nistp521", KeyType::ecdsa_p521},
    {SignatureAlgorithm::rsa_sha2_256, "rsa-sha2-256", KeyType::rsa},
    {SignatureAlgorithm::rsa_sha2_512, "rsa-sha2-512", KeyType::rsa},
    {SignatureAlgorithm::sk_ed25519, "sk-ssh-ed25519@openssh.com", KeyType::sk_ed25519},
    {SignatureAlgorithm::sk_ecdsa_p256, "sk-ecdsa-sha2-nistp256@openssh.com", KeyType::sk_ecdsa_p256},
    {SignatureAlgorithm::webauthn_sk_ecdsa_p256, "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", KeyType::sk_ecdsa_p256},
}};

}  // namespace

std::string_view to_string(KeyType type) {
  for (const auto& [value, name] : key_types) {
    if (value == type) return name;
  }
  return {};
}

std::string_view to_string(SignatureAlgorithm algorithm) {
  for (const auto& row : signature_types) {
    if (row.algorithm == algorithm) return row.name;
  }
  return {};
}

std::string_view to_string(Hash hash) {
  switch (hash) {
    case Hash::sha256: return "sha256";
    case Hash::sha384: return "sha384";
    case Hash::sha512: return "sha512";
  }
  return {};
}

std::optional<KeyType> key_type_named(std::string_view name) {
  for (const auto& [value, known] : key_types) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<SignatureAlgorithm> signature_algorithm_named(std::string_view name) {
  for (const auto& row : signature_types) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

KeyType key_type_of(SignatureAlgorithm algorithm) {
  for (const auto& row : signature_types) {
    if (row.algorithm == algorithm) return row.key;
  }
  return KeyType::ed25519;
}

}  // namespace countersign::crypto
