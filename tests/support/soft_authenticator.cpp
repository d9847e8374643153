#include "tests/support/soft_authenticator.h"

#include "common/crypto/digest.h"
#include "common/crypto/signature_blob.h"
#include "common/encoding/base64.h"
#include "common/encoding/wire.h"

namespace countersign::testing {
namespace {

using crypto::KeyType;
using crypto::SignatureAlgorithm;

// The plain key's fields under the security key's name, and the application after them.
base::Bytes sk_blob(const crypto::PublicKey& plain, KeyType type, std::string_view application) {
  encoding::WireReader reader(plain.blob());
  reader.text(64);
  return encoding::WireWriter().string(crypto::to_string(type)).raw(reader.rest()).string(application).take();
}

KeyType plain_type(KeyType type) { return type == KeyType::sk_ed25519 ? KeyType::ed25519 : KeyType::ecdsa_p256; }

}  // namespace

SoftAuthenticator::SoftAuthenticator(KeyType type, std::string application)
    : application_(std::move(application)),
      key_(crypto::PrivateKey::generate(plain_type(type)).value()),
      public_key_(crypto::PublicKey::from_blob(sk_blob(key_.public_key(), type, application_)).value()) {}

base::Bytes SoftAuthenticator::sign_raw(base::ByteView given, const AssertionOptions& options) const {
  encoding::WireWriter data;
  data.raw(crypto::sha256(base::as_bytes(application_))).u8(options.flags).u32(options.counter);
  data.raw(options.extensions).raw(crypto::sha256(given));
  return crypto::parse_signature_blob(key_.sign(data.view()).value()).value().value;
}

sshsig::Signature SoftAuthenticator::sign(std::string_view name_space, std::string_view message,
                                          const AssertionOptions& options) const {
  const auto data =
      sshsig::signed_data(name_space, options.hash, crypto::digest(options.hash, base::as_bytes(message)));
  sshsig::Signature made{public_key_.blob(), std::string(name_space), options.hash, {}};
  made.signature.algorithm = *crypto::signature_algorithm_named(public_key_.type_name());
  made.signature.flags = options.flags;
  made.signature.counter = options.counter;
  made.signature.value = sign_raw(data, options);
  return made;
}

sshsig::Signature SoftAuthenticator::assert_webauthn(std::string_view name_space, std::string_view message,
                                                     const AssertionOptions& options) const {
  const auto data =
      sshsig::signed_data(name_space, options.hash, crypto::digest(options.hash, base::as_bytes(message)));
  const std::string challenge = encoding::base64url_encode(data);
  std::string json = options.client_data.value_or(R"({"type":"webauthn.get","challenge":"CHALLENGE","origin":")" +
                                                  options.origin + '"' + options.tail);
  if (const auto at = json.find("CHALLENGE"); at != std::string::npos) json.replace(at, 9, challenge);

  sshsig::Signature made{public_key_.blob(), std::string(name_space), options.hash, {}};
  made.signature.algorithm = SignatureAlgorithm::webauthn_sk_ecdsa_p256;
  made.signature.flags = options.flags;
  made.signature.counter = options.counter;
  made.signature.extensions = options.extensions;
  made.signature.origin = options.origin_field.value_or(options.origin);
  made.signature.client_data.assign(json.begin(), json.end());
  made.signature.value = sign_raw(base::as_bytes(json), options);
  return made;
}

}  // namespace countersign::testing
