// authorized_keys/lines.h: what sshd reads. Every line is built from parsed parts, whoever it comes from.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/policy/record.h"

namespace countersign::authorized_keys {

// Of a fingerprint that sshd offers only a "SHA256:" one filters (FingerprintHash may be MD5).
class KeyFilter {
 public:
  explicit KeyFilter(const std::optional<std::string>& fingerprint);
  [[nodiscard]] bool admits(const crypto::PublicKey& key) const;

 private:
  std::optional<std::string> wanted_;
};

struct Lines {
  std::string text;
  std::size_t count = 0;
  std::size_t dropped = 0;           // lines that are not ours to pass on
  std::optional<base::Error> fault;  // of the first one dropped, with its number
};

Lines lines_of(const policy::VerifiedRecord& record, const KeyFilter& filter);

// What another AuthorizedKeysCommand printed: comments and empty lines are skipped, lines that keys/authorized_keys.h
// refuses are dropped and counted.
Lines lines_of_chain(std::string_view output, const KeyFilter& filter);

}  // namespace countersign::authorized_keys
