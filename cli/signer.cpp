#include "cli/signer.h"

#include "cli/child.h"
#include "common/files/read_named.h"
#include "common/keys/public_key_line.h"
#include "common/sshsig/signature.h"
#include "common/sshsig/verify.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMostKeyFile = std::size_t{64} * 1024;

base::Result<std::string> ask_ssh_keygen(std::vector<std::string> arguments, std::string_view input) {
  arguments.insert(arguments.begin(), "ssh-keygen");
  auto finished = run_child(arguments, input, kMostKeyFile);
  if (!finished) return finished.error();
  if (finished->exit_code != 0) {
    return Error(ErrorCode::bad_private_key, "ssh-keygen ends with exit code " + std::to_string(finished->exit_code) +
                                                 "; its own words stand above");
  }
  return std::move(finished->output);
}

}  // namespace

base::Result<Signer> Signer::open(std::string file) {
  const auto content = files::read_named(file, kMostKeyFile);
  if (!content) return content.error();
  if (auto key = keys::parse_public_key_file(*content)) return Signer(std::move(file), std::move(*key));
  if (const auto beside = files::read_named(file + ".pub", kMostKeyFile)) {
    auto key = keys::parse_public_key_file(*beside);
    if (!key) return key.error().within(file + ".pub");
    return Signer(std::move(file), std::move(*key));
  }
  const auto derived = ask_ssh_keygen({"-y", "-f", file}, {});
  if (!derived) return derived.error().within(file);
  auto key = keys::parse_public_key_file(*derived);
  if (!key) return key.error().within(file);
  return Signer(std::move(file), std::move(*key));
}

base::Result<std::string> Signer::sign(std::string_view name_space, std::string_view message) const {
  auto armor = ask_ssh_keygen({"-q", "-Y", "sign", "-n", std::string(name_space), "-f", file_}, message);
  if (!armor) return armor.error().within(file_);
  const auto signature = sshsig::parse_armored_signature(*armor);
  if (!signature) return signature.error().within("ssh-keygen -Y sign");
  const auto verified = sshsig::verify(*signature, key_, name_space, base::as_bytes(message), {});
  if (!verified) return verified.error().within(file_);
  return armor;
}

}  // namespace countersign::cli
