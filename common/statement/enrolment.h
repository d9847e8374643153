// statement/enrolment.h: an approver key proves that it is held; a host's name, groups and token
// (PROTOCOL.md 4.6, 4.7).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/crypto/public_key.h"
#include "common/statement/parsed.h"

namespace countersign::statement {

struct EnrolmentFields {
  static constexpr Kind kind = Kind::enrolment;
  base::Origin registry;
  base::UserName user;
  Hash32 pairing;
  crypto::PublicKey key;
  Level level;
  base::Time issued;

  static base::Result<EnrolmentFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using Enrolment = Parsed<EnrolmentFields>;

struct HostFields {
  static constexpr Kind kind = Kind::host;
  base::HostName host;
  std::vector<base::GroupName> groups;  // sorted, each once; none is written `none`
  Hash32 token;
  base::Time issued;
  base::Time expires;

  static base::Result<HostFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using HostStatement = Parsed<HostFields>;

}  // namespace countersign::statement
