// statement/record.h: who may log in and who may approve (PROTOCOL.md sections 4.1, 4.2).
//
// A Record lists login keys and approvers; each approver carries its endorsement as a bare signature over the approver
// statement that is rebuilt here from the record's own fields. Parsing does not judge keys that stand twice or in both
// roles: check_roles() does, in the place that section 7.1 gives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/public_key.h"
#include "common/keys/authorized_keys.h"
#include "common/statement/parsed.h"

namespace countersign::statement {

inline constexpr std::size_t max_login_keys = 256;
inline constexpr std::size_t max_approvers = 64;
inline constexpr std::size_t max_recovery_hashes = 32;
inline constexpr std::size_t max_revoked_trusts = 256;

struct LoginKey {
  keys::AuthorizedKey line;  // options and key, no comment
  std::optional<base::PersonName> person;
};

struct Approver {
  Level level;
  base::Time added;
  crypto::PublicKey key;
  std::optional<base::PersonName> person;
  sshsig::Signature endorsement;
};

// The endorsement's statement.
struct EndorsementFields {
  static constexpr Kind kind = Kind::approver;
  base::UserName user;
  std::optional<base::PersonName> person;
  crypto::PublicKey key;
  Level level;
  base::Time added;

  static base::Result<EndorsementFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using Endorsement = Parsed<EndorsementFields>;

struct RecordFields {
  static constexpr Kind kind = Kind::record;
  base::UserName user;
  HostScope hosts;
  std::uint64_t serial;
  base::Time issued;
  base::Time expires;
  std::vector<LoginKey> login_keys;
  std::vector<Approver> approvers;
  std::vector<Hash32> recovery;
  std::vector<Hash32> revoked_trust;
  std::optional<base::Time> trust_not_before;

  static base::Result<RecordFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;

  // key_has_both_roles, or bad_statement for a key that stands twice in one role.
  [[nodiscard]] base::Result<void> check_roles() const;

  [[nodiscard]] const LoginKey* login_key(const crypto::PublicKey& key) const;
  [[nodiscard]] const Approver* approver(base::ByteView key_blob) const;

  // What an endorsement of `approver` signs in approver.v1@countersign.
  [[nodiscard]] std::string endorsed_message(const Approver& approver) const;
};
using Record = Parsed<RecordFields>;

// `recovery:` holds this of each code.
Hash32 recovery_hash(const base::UserName& user, std::string_view code);

}  // namespace countersign::statement
