// keys/signers.h: /etc/countersign/signers, an allowed_signers file (ssh-keygen(1)): who may sign what, for whom, when.
//
//   alice,@web* namespaces="record.v1@countersign",valid-before="20270101Z" ssh-ed25519 AAAA… comment
//
// Meanings are OpenSSH's, so `ssh-keygen -Y verify -f` with the same file agrees; the file is read more strictly
// (PROTOCOL.md section 6.2): `namespaces` must be there, a time must end in Z (without it ssh-keygen would take the
// machine's own time zone, and one file would mean two things on two hosts), and any line that is not understood
// refuses the whole file, with its number: bad_signers_line, or unsupported_signers_line for cert-authority and unknown
// options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/crypto/public_key.h"

namespace countersign::keys {

struct SignerLine {
  std::size_t number;      // in the file, from 1
  std::string principals;  // patterns
  std::string namespaces;  // patterns
  std::optional<base::Time> valid_after;
  std::optional<base::Time> valid_before;  // both ends belong to the time
  crypto::PublicKey key;
};

class Signers {
 public:
  // An empty file is valid and lets nobody sign. At most 64 KiB.
  static base::Result<Signers> parse(std::string_view text, std::string_view name_for_errors = "signers");

  // The key with this blob, if a line lets it sign in `name_space` for `principal` at that time. Else signer_unknown,
  // wrong_namespace (the line that comes nearest has another one) or signer_not_valid_now.
  [[nodiscard]] base::Result<crypto::PublicKey> find(std::string_view principal, std::string_view name_space,
                                                     base::ByteView key_blob, base::Time now) const;

  [[nodiscard]] const std::vector<SignerLine>& lines() const { return lines_; }

 private:
  std::vector<SignerLine> lines_;
};

}  // namespace countersign::keys
