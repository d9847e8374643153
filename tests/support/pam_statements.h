// Texts for tests of the login: keys, a record and answers, written line by line rather than through the typed kinds,
// so that a test can bend any of them.
#pragma once

#include <string>
#include <string_view>

#include "common/crypto/private_key.h"
#include "common/encoding/base64.h"
#include "common/sshsig/sign.h"
#include "common/sshsig/signature.h"

namespace countersign::pam {

struct TestKeys {
  crypto::PrivateKey signer = *crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  crypto::PrivateKey login = *crypto::PrivateKey::generate(crypto::KeyType::ed25519);
  crypto::PrivateKey approver = *crypto::PrivateKey::generate(crypto::KeyType::ed25519);
};

inline std::string key_text(const crypto::PrivateKey& key) {
  return std::string(key.public_key().type_name()) + " " + encoding::base64_encode(key.public_key().blob());
}

inline std::string sign_text(const std::string& text, const crypto::PrivateKey& key, std::string_view name_space) {
  return text + *sshsig::sign_armored(key, name_space, base::as_bytes(text));
}

inline std::string endorsement_text(const TestKeys& keys) {
  const std::string text = "countersign approver v1\nuser: alice\nkey: " + key_text(keys.approver) +
                           "\nlevel: ssh-key\nadded: 2026-01-01T00:00:00Z\n";
  return encoding::base64_encode(
      sshsig::serialize(*sshsig::sign(keys.signer, "approver.v1@countersign", base::as_bytes(text))));
}

// `more`: lines at its end.
inline std::string record_text(const TestKeys& keys, const std::string& serial = "1700000000000",
                               const std::string& more = "") {
  return sign_text("countersign record v1\nuser: alice\nhosts: *\nserial: " + serial +
                       "\nissued: 2026-11-21T09:00:00Z\nexpires: 2026-11-22T09:00:00Z\nlogin-key: " +
                       key_text(keys.login) + "\napprover: ssh-key 2026-01-01T00:00:00Z " + key_text(keys.approver) +
                       "\nendorsement: " + endorsement_text(keys) + "\n" + more,
                   keys.signer, "record.v1@countersign");
}

// The answer to the challenge, its last lines as given.
inline std::string answer_text(const TestKeys& keys, std::string challenge,
                               const std::string& tail = "decision: approve\nnumber: 47\nvia: registry\n") {
  challenge.replace(0, std::string("countersign challenge v1").size(), "countersign answer v1");
  return sign_text(challenge + tail, keys.approver, "answer.v1@countersign");
}

inline std::string signers_text(const TestKeys& keys) {
  return "* namespaces=\"record.v1@countersign,approver.v1@countersign\" " + key_text(keys.signer) + "\n";
}

inline constexpr std::string_view kTestConfig =
    "host: { name: web-01 }\n"
    "registry: { url: \"https://registry.example.com\" }\n"
    "challenge: { timeout: 30s, levels: [ssh-key] }\n";

}  // namespace countersign::pam
