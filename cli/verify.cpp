// countersign verify: does this key's signature fit this message, under the strict profile of PROTOCOL.md section 5?
#include "common/sshsig/verify.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cli/command.h"
#include "common/base/origin.h"
#include "common/crypto/digest.h"
#include "common/files/read_named.h"
#include "common/keys/public_key_line.h"
#include "common/sshsig/signature.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<OptionSpec, 6> kOptions{{
    {"key", Takes::value, true},
    {"namespace", Takes::value, true},
    {"signature", Takes::value, true},
    {"origin"},
    {"rp-id"},
    {"require-user-verification", Takes::nothing},
}};

constexpr std::string_view kHelp =
    R"(Usage: countersign verify --key FILE --namespace NS --signature FILE < MESSAGE

Checks an SSH signature (SSHSIG, as `ssh-keygen -Y sign` makes it) over the message on
standard input, which may be of any size. Stricter than `ssh-keygen -Y verify`: one
encoding of each signature, presence on security keys, nothing after the signature.

  --key FILE          the public key that must have signed: a line as in a .pub file
  --namespace NS      what the signature must be made for, answer.v1@countersign say
  --signature FILE    the armored signature
  --origin ORIGIN     for passkeys: the phone page, https://phone.example.com
  --rp-id HOST        for passkeys: the site they were made for, phone.example.com
  --require-user-verification
                      the security key must have checked PIN or fingerprint

Exit codes: 0 valid; 1 the signature does not fit; 2 malformed or misused.

Example:
  ssh-keygen -Y sign -n file -f ~/.ssh/id_ed25519 letter.txt
  countersign verify --key ~/.ssh/id_ed25519.pub --namespace file \
    --signature letter.txt.sig < letter.txt
)";

constexpr std::size_t kMostKeyFile = std::size_t{16} * 1024;
constexpr std::size_t kMostSignatureFile = std::size_t{64} * 1024;

base::Result<base::Bytes> digest_of_input(int fd, crypto::Hash hash) {
  crypto::Digest digest(hash);
  std::array<std::uint8_t, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return digest.finish();
    if (got < 0) {
      if (errno == EINTR) continue;
      return Error(ErrorCode::io_error, std::string("standard input: ") + std::strerror(errno));
    }
    digest.update({buffer.data(), static_cast<std::size_t>(got)});
  }
}

struct Question {
  crypto::PublicKey key;
  sshsig::Signature signature;
  sshsig::Requirements requirements;
};

base::Result<sshsig::Requirements> read_requirements(const Options& options) {
  sshsig::Requirements requirements;
  requirements.user_verification = options.has("require-user-verification");
  if (options.has("origin") != options.has("rp-id")) {
    return Error(ErrorCode::bad_usage, "--origin and --rp-id belong together");
  }
  if (options.has("origin")) {
    const auto origin = base::Origin::parse(options.required("origin"));
    if (!origin) return origin.error().within("--origin");
    requirements.webauthn = sshsig::WebauthnExpectation{origin->str(), options.required("rp-id")};
  }
  return requirements;
}

base::Result<Question> read_question(const Options& options) {
  auto requirements = read_requirements(options);
  if (!requirements) return requirements.error();
  const auto key_file = files::read_named(options.required("key"), kMostKeyFile);
  if (!key_file) return key_file.error();
  auto key = keys::parse_public_key_file(*key_file);
  if (!key) return key.error().within(options.required("key"));
  const auto signature_file = files::read_named(options.required("signature"), kMostSignatureFile);
  if (!signature_file) return signature_file.error();
  auto signature = sshsig::parse_armored_signature(*signature_file);
  if (!signature) return signature.error().within(options.required("signature"));
  if (signature->signature.algorithm == crypto::SignatureAlgorithm::webauthn_sk_ecdsa_p256 && !requirements->webauthn) {
    return Error(ErrorCode::bad_usage, "a passkey's signature needs --origin and --rp-id");
  }
  return Question{std::move(*key), std::move(*signature), std::move(*requirements)};
}

base::Result<sshsig::VerifiedSignature> verify_question(const Question& question, std::string_view name_space,
                                                        base::ByteView digest) {
  // A plain key cannot show that anybody was verified; only sk keys carry the flag.
  if (question.requirements.user_verification && !crypto::is_sk(question.key.type())) {
    return Error(ErrorCode::user_verification_missing,
                 std::string(question.key.type_name()) + " keys do not say whether a person was verified");
  }
  return sshsig::verify_digest(question.signature, question.key, name_space, digest, question.requirements);
}

std::string praise(const sshsig::VerifiedSignature& verified) {
  std::string text = "valid: signed by " + verified.key().fingerprint() + " (" +
                     std::string(verified.key().type_name()) + ") in namespace " + verified.name_space();
  if (verified.counter()) {
    text += verified.user_present() ? ", user present" : ", user not present";
    if (verified.user_verified()) text += " and verified";
    text += ", counter " + std::to_string(*verified.counter());
  }
  return text;
}

base::Result<ExitCode> run_verify(const Options& options, const Streams& streams) {
  const auto question = read_question(options);
  if (!question) return misused(streams, question.error());
  const auto digest = digest_of_input(streams.in, question->signature.hash);
  if (!digest) return misused(streams, digest.error());
  const auto verified = verify_question(*question, options.required("namespace"), *digest);
  if (!verified) {
    say(streams.out, "not valid: " + to_string(verified.error()));
    return ExitCode::no;
  }
  say(streams.out, praise(*verified));
  return ExitCode::yes;
}

}  // namespace

Command verify_command() {
  return {"verify", "check an SSH signature over a message", kHelp, kOptions, {}, &run_verify};
}

}  // namespace countersign::cli
