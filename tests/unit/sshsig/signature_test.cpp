#include "common/sshsig/signature.h"

#include <gtest/gtest.h>

#include "common/encoding/wire.h"
#include "common/sshsig/armor.h"
#include "common/sshsig/sign.h"

namespace countersign::sshsig {
namespace {

using base::as_bytes;
using base::ErrorCode;
using crypto::Hash;
using crypto::KeyType;

const crypto::PrivateKey& key() {
  static const crypto::PrivateKey made = crypto::PrivateKey::generate(KeyType::ed25519).value();
  return made;
}

// The blob of a good signature with each field given by the caller.
struct Parts {
  std::string magic = "SSHSIG";
  std::uint32_t version = 1;
  std::string name_space = "file";
  std::string reserved = {};
  std::string hash = "sha512";
  base::Bytes signature = crypto::serialize_signature_blob(sign(key(), "file", {}).value().signature);
  std::string after = {};
};

ErrorCode refusal(const Parts& parts) {
  encoding::WireWriter writer;
  writer.raw(parts.magic).u32(parts.version).string(key().public_key().blob()).string(parts.name_space);
  writer.string(parts.reserved).string(parts.hash).string(parts.signature).raw(parts.after);
  return parse_signature(writer.view()).error().code;
}

TEST(Signature, ParseAndSerializeAreInverse) {
  const Signature made = sign(key(), "file", as_bytes("message"), Hash::sha256).value();
  const base::Bytes blob = serialize(made);
  const Signature parsed = parse_signature(blob).value();
  EXPECT_EQ(parsed, made);
  EXPECT_EQ(serialize(parsed), blob);
  EXPECT_EQ(parse_armored_signature(print_armor(blob)).value(), made);
}

TEST(Signature, RefusesWhatOpenSshLetsPass) {
  EXPECT_EQ(refusal({.version = 0}), ErrorCode::unsupported_sshsig_version);
  EXPECT_EQ(refusal({.reserved = "x"}), ErrorCode::bad_sshsig);
}

TEST(Signature, RefusesEachFieldThatIsWrong) {
  EXPECT_EQ(refusal({.magic = "SSHSIh"}), ErrorCode::bad_sshsig);
  EXPECT_EQ(refusal({.version = 2}), ErrorCode::unsupported_sshsig_version);
  EXPECT_EQ(refusal({.name_space = ""}), ErrorCode::bad_sshsig);
  EXPECT_EQ(refusal({.name_space = std::string("file\0", 5)}), ErrorCode::bad_sshsig);
  for (const std::string hash : {"", "sha1", "sha384", "SHA512", "sha-512", "sha512 "}) {
    EXPECT_EQ(refusal({.hash = hash}), ErrorCode::unsupported_hash) << hash;
  }
  EXPECT_EQ(refusal({.hash = std::string("sha512\0", 7)}), ErrorCode::unsupported_hash);
  EXPECT_EQ(refusal({.after = "x"}), ErrorCode::trailing_bytes);
  EXPECT_EQ(refusal({.name_space = std::string(300, 'n')}), ErrorCode::too_large);
  EXPECT_EQ(parse_signature(base::Bytes(20000)).error().code, ErrorCode::too_large);
}

TEST(Signature, RefusesUnknownSignatureTypes) {
  for (const std::string name : {"ssh-rsa", "ssh-dss", "ED25519", "ssh-ed25519-cert-v01@openssh.com", "",
                                 "webauthn-sk-ssh-ed25519@openssh.com"}) {
    const auto blob = encoding::WireWriter().string(name).string(std::string(64, '\0')).take();
    EXPECT_EQ(refusal({.signature = blob}), ErrorCode::unsupported_signature_type) << name;
  }
}

TEST(Sign, RefusesNamespacesAndHashesThatNobodyCouldVerify) {
  EXPECT_EQ(sign(key(), "", {}).error().code, ErrorCode::bad_sshsig);
  EXPECT_EQ(sign(key(), std::string_view("a\0b", 3), {}).error().code, ErrorCode::bad_sshsig);
  EXPECT_EQ(sign(key(), "file", {}, Hash::sha384).error().code, ErrorCode::unsupported_hash);
  EXPECT_EQ(sign_armored(key(), "", {}).error().code, ErrorCode::bad_sshsig);
}

}  // namespace
}  // namespace countersign::sshsig
