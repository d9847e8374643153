// Agreement with the ssh-keygen that is installed, in both directions and for every key type that it can make; security
// keys through tests/support/sk_dummy, passkeys through tests/support/soft_authenticator.
#include <gtest/gtest.h>

#include "common/encoding/base64.h"
#include "common/sshsig/armor.h"
#include "common/sshsig/sign.h"
#include "common/sshsig/verify.h"
#include "tests/support/run_program.h"
#include "tests/support/soft_authenticator.h"
#include "tests/support/temp_directory.h"

namespace countersign::sshsig {
namespace {

using base::as_bytes;
using base::as_text;
using crypto::KeyType;
using crypto::PrivateKey;
using crypto::PublicKey;
using testing::Outcome;
using testing::run_program;
using testing::SoftAuthenticator;

constexpr std::string_view message = "what is signed\n\x00\xff and more";

std::string key_line(const PublicKey& key) {
  return std::string(key.type_name()) + " " + encoding::base64_encode(key.blob());
}

PublicKey read_key_line(const std::string& line) {
  const std::size_t start = line.find(' ') + 1;
  const std::string digits = line.substr(start, line.find_first_of(" \n", start) - start);
  return PublicKey::from_blob(encoding::base64_decode(digits).value()).value();
}

class Stock : public ::testing::Test {
 protected:
  const testing::TempDirectory directory;
  const std::vector<std::string> environment{"PATH=/usr/bin:/bin",
                                             std::string("SSH_SK_PROVIDER=") + COUNTERSIGN_SK_DUMMY};

  Outcome ssh_keygen(std::vector<std::string> arguments, const std::string& stdin_file = "/dev/null") {
    arguments.insert(arguments.begin(), "ssh-keygen");
    return run_program(arguments, stdin_file, environment);
  }

  // What `ssh-keygen -Y verify` says of our signature.
  Outcome stock_verify(const PublicKey& key, const std::string& armor) {
    directory.write("allowed", "user@test namespaces=\"file\" " + key_line(key) + "\n");
    directory.write("signature", armor);
    directory.write("message", message);
    return ssh_keygen({"-Y", "verify", "-f", directory.at("allowed"), "-I", "user@test", "-n", "file", "-s",
                       directory.at("signature")},
                      directory.at("message"));
  }

  void write_private_key(const PrivateKey& key) {
    directory.write("key", as_text(key.serialize_openssh("test key").value()));
    std::filesystem::permissions(directory.at("key"), static_cast<std::filesystem::perms>(0600));
    directory.write("key.pub", key_line(key.public_key()) + " test key\n");
  }
};

struct Made {
  const char* name;
  std::vector<std::string> arguments;
  int bits;
};
class StockKey : public Stock, public ::testing::WithParamInterface<Made> {
 protected:
  PublicKey generate() {
    std::vector<std::string> arguments{"-q", "-N", "", "-C", "a comment", "-f", directory.at("key"), "-t"};
    arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
    const Outcome made = ssh_keygen(arguments);
    EXPECT_EQ(made.status, 0) << made.output;
    return read_key_line(directory.read("key.pub"));
  }
};

TEST_P(StockKey, ItsSignaturesAreVerifiedByUs) {
  const PublicKey key = generate();
  for (const char* hash : {"sha512", "sha256"}) {
    directory.write("message", message);
    const Outcome signed_by_stock = ssh_keygen({"-Y", "sign", "-n", "file", "-O", std::string("hashalg=") + hash, "-f",
                                                directory.at("key"), directory.at("message")});
    ASSERT_EQ(signed_by_stock.status, 0) << signed_by_stock.output;
    const std::string armor = directory.read("message.sig");
    const Signature signature = parse_armored_signature(armor).value();
    EXPECT_EQ(crypto::to_string(signature.hash), hash);
    const auto verified = verify(signature, key, "file", as_bytes(message), {});
    EXPECT_TRUE(verified) << to_string(verified.error());
    EXPECT_EQ(print_armor(serialize(signature)), armor) << "we print what ssh-keygen printed";
    std::filesystem::remove(directory.at("message.sig"));
  }
}

TEST_P(StockKey, HasTheFingerprintAndSizeThatSshKeygenPrints) {
  const PublicKey key = generate();
  EXPECT_EQ(key.bits(), GetParam().bits);
  const Outcome listed = ssh_keygen({"-l", "-f", directory.at("key.pub")});
  EXPECT_TRUE(listed.output.starts_with(std::to_string(key.bits()) + " " + key.fingerprint() + " ")) << listed.output;
}

TEST_P(StockKey, ItsFileIsReadUnlessADeviceHoldsTheKey) {
  const PublicKey key = generate();
  const auto parsed = PrivateKey::parse_openssh(directory.read("key"));
  if (crypto::is_sk(key.type())) {
    EXPECT_EQ(parsed.error().code, base::ErrorCode::unsupported_key_type);
    return;
  }
  ASSERT_TRUE(parsed) << to_string(parsed.error());
  EXPECT_EQ(parsed->public_key(), key);
  for (const crypto::Hash hash : {crypto::Hash::sha512, crypto::Hash::sha256}) {
    const Outcome outcome = stock_verify(key, sign_armored(*parsed, "file", as_bytes(message), hash).value());
    EXPECT_EQ(outcome.status, 0) << outcome.output;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Stock, StockKey,
    ::testing::Values(Made{"ed25519", {"ed25519"}, 256}, Made{"ecdsa_p256", {"ecdsa", "-b", "256"}, 256},
                      Made{"ecdsa_p384", {"ecdsa", "-b", "384"}, 384}, Made{"ecdsa_p521", {"ecdsa", "-b", "521"}, 521},
                      Made{"rsa2048", {"rsa", "-b", "2048"}, 2048}, Made{"rsa3072", {"rsa", "-b", "3072"}, 3072},
                      Made{"rsa2056", {"rsa", "-b", "2056"}, 2056}, Made{"sk_ed25519", {"ed25519-sk"}, 256},
                      Made{"sk_ecdsa", {"ecdsa-sk"}, 256},
                      Made{"sk_ecdsa_verified", {"ecdsa-sk", "-O", "verify-required"}, 256}),
    [](const auto& param) { return std::string(param.param.name); });

TEST_F(Stock, AKeyMadeWithoutTouchLacksPresenceAndWeSeeIt) {
  const Outcome made =
      ssh_keygen({"-q", "-N", "", "-t", "ed25519-sk", "-O", "no-touch-required", "-f", directory.at("key")});
  ASSERT_EQ(made.status, 0) << made.output;
  const PublicKey key = read_key_line(directory.read("key.pub"));
  directory.write("message", message);
  const Outcome done = ssh_keygen({"-Y", "sign", "-n", "file", "-f", directory.at("key"), directory.at("message")});
  ASSERT_EQ(done.status, 0) << done.output;
  const std::string armor = directory.read("message.sig");
  EXPECT_EQ(verify(parse_armored_signature(armor).value(), key, "file", as_bytes(message), {}).error().code,
            base::ErrorCode::user_presence_missing);
  EXPECT_EQ(stock_verify(key, armor).status, 0) << "ssh-keygen does not look at the flags";
}

class OurKey : public Stock, public ::testing::WithParamInterface<KeyType> {};

TEST_P(OurKey, ItsFileServesSshKeygen) {
  const auto key = PrivateKey::generate(GetParam(), 2048).value();
  write_private_key(key);
  const Outcome shown = ssh_keygen({"-y", "-f", directory.at("key")});
  EXPECT_EQ(shown.output, key_line(key.public_key()) + " test key\n");

  directory.write("message", message);
  std::filesystem::remove(directory.at("key.pub"));
  const Outcome done = ssh_keygen({"-Y", "sign", "-n", "file", "-f", directory.at("key"), directory.at("message")});
  ASSERT_EQ(done.status, 0) << done.output;
  const Signature signature = parse_armored_signature(directory.read("message.sig")).value();
  EXPECT_TRUE(verify(signature, key.public_key(), "file", as_bytes(message), {}));
}

TEST_P(OurKey, ItsSignaturesAreAcceptedAndOnlyForTheirMessage) {
  const auto key = PrivateKey::generate(GetParam(), 2048).value();
  EXPECT_EQ(stock_verify(key.public_key(), sign_armored(key, "file", as_bytes(message)).value()).status, 0);
  EXPECT_NE(stock_verify(key.public_key(), sign_armored(key, "file", as_bytes("other")).value()).status, 0);
  EXPECT_NE(stock_verify(key.public_key(), sign_armored(key, "git", as_bytes(message)).value()).status, 0);
}

INSTANTIATE_TEST_SUITE_P(Stock, OurKey,
                         ::testing::Values(KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384,
                                           KeyType::ecdsa_p521, KeyType::rsa));

TEST_F(Stock, AFileWithAPassphraseIsRefusedInSoManyWords) {
  ASSERT_EQ(ssh_keygen({"-q", "-N", "secret", "-t", "ed25519", "-f", directory.at("key")}).status, 0);
  const auto parsed = PrivateKey::parse_openssh(directory.read("key"));
  EXPECT_EQ(parsed.error().code, base::ErrorCode::bad_private_key);
  EXPECT_NE(parsed.error().detail.find("passphrase"), std::string::npos) << parsed.error().detail;
}

// Whatever assertion we accept, ssh-keygen accepts too.
TEST_F(Stock, PasskeySignaturesAreAcceptedByBoth) {
  const SoftAuthenticator phone(KeyType::sk_ecdsa_p256, "phone.example.com");
  const Requirements requirements{.webauthn = WebauthnExpectation{"https://phone.example.com", "phone.example.com"}};
  const std::vector<testing::AssertionOptions> assertions{
      {},
      {.hash = crypto::Hash::sha256},
      {.flags = 0x85, .extensions = {0xa0}},
      {.origin = R"(https:\/\/phone.example.com)"},
      {.tail = R"(,"crossOrigin":false,"androidPackageName":"com.android.chrome"})"},
      {.tail = "}"},
  };
  for (const auto& options : assertions) {
    const Signature signature = phone.assert_webauthn("file", message, options);
    const auto verified = verify(parse_signature(serialize(signature)).value(), phone.public_key(), "file",
                                 as_bytes(message), requirements);
    EXPECT_TRUE(verified) << to_string(verified.error());
    const Outcome outcome = stock_verify(phone.public_key(), print_armor(serialize(signature)));
    EXPECT_EQ(outcome.status, 0) << outcome.output;
  }
}

}  // namespace
}  // namespace countersign::sshsig
