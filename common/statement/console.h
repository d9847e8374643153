// statement/console.h: what opens a session and what changes an account (PROTOCOL.md sections 4.8 to 4.10).
#pragma once

#include <string>
#include <vector>

#include "common/crypto/public_key.h"
#include "common/statement/parsed.h"

namespace countersign::statement {

inline constexpr base::Seconds max_session_life{24 * 3600};
inline constexpr base::Seconds max_signin_life{600};
inline constexpr base::Seconds max_change_life{600};
inline constexpr std::size_t max_changes = 64;
inline constexpr std::size_t max_change_line = 1024;

struct SessionFields {
  static constexpr Kind kind = Kind::session;
  base::Origin registry;
  base::UserName user;
  crypto::PublicKey key;
  Hash32 nonce;
  base::Time issued;
  base::Time expires;

  static base::Result<SessionFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using Session = Parsed<SessionFields>;

struct SignInFields {
  static constexpr Kind kind = Kind::signin;
  base::Origin registry;
  base::UserName user;
  base::Address address;
  Hash32 session;
  Hash32 nonce;
  base::Time issued;
  base::Time expires;

  static base::Result<SignInFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using SignIn = Parsed<SignInFields>;

struct ChangeFields {
  static constexpr Kind kind = Kind::change;
  base::Origin registry;
  base::UserName user;
  Hash32 nonce;
  base::Time issued;
  base::Time expires;
  std::vector<std::string> changes;

  static base::Result<ChangeFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using Change = Parsed<ChangeFields>;

}  // namespace countersign::statement
