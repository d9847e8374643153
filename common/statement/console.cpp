#include "common/statement/console.h"

#include "common/keys/public_key_line.h"
#include "common/statement/field_reader.h"

namespace countersign::statement {

using base::Result;

Result<SessionFields> SessionFields::read(const Statement& statement) {
  FieldReader reader(statement);
  SessionFields session{
      .registry = reader.take<base::Origin>("registry"),
      .user = reader.take<base::UserName>("user"),
      .key = reader.take<crypto::PublicKey>("key"),
      .nonce = reader.take<Hash32>("nonce"),
      .issued = reader.take<base::Time>("issued"),
      .expires = reader.take<base::Time>("expires"),
  };
  const auto fits = check_life(statement, session.issued, session.expires, max_session_life);
  if (!fits) return fits.error();
  return session;
}

std::string SessionFields::print_unsigned() const {
  return Writer(kind)
      .field("registry", registry.str())
      .field("user", user.str())
      .field("key", keys::print_public_key(key))
      .field("nonce", nonce.str())
      .field("issued", base::format_time(issued))
      .field("expires", base::format_time(expires))
      .take();
}

Result<SignInFields> SignInFields::read(const Statement& statement) {
  FieldReader reader(statement);
  SignInFields signin{
      .registry = reader.take<base::Origin>("registry"),
      .user = reader.take<base::UserName>("user"),
      .address = reader.take<base::Address>("address"),
      .session = reader.take<Hash32>("session"),
      .nonce = reader.take<Hash32>("nonce"),
      .issued = reader.take<base::Time>("issued"),
      .expires = reader.take<base::Time>("expires"),
  };
  const auto fits = check_life(statement, signin.issued, signin.expires, max_signin_life);
  if (!fits) return fits.error();
  return signin;
}

std::string SignInFields::print_unsigned() const {
  return Writer(kind)
      .field("registry", registry.str())
      .field("user", user.str())
      .field("address", address.str())
      .field("session", session.str())
      .field("nonce", nonce.str())
      .field("issued", base::format_time(issued))
      .field("expires", base::format_time(expires))
      .take();
}

Result<ChangeFields> ChangeFields::read(const Statement& statement) {
  FieldReader reader(statement);
  ChangeFields change{
      .registry = reader.take<base::Origin>("registry"),
      .user = reader.take<base::UserName>("user"),
      .nonce = reader.take<Hash32>("nonce"),
      .issued = reader.take<base::Time>("issued"),
      .expires = reader.take<base::Time>("expires"),
      .changes = {},
  };
  while (reader.is_next("change")) change.changes.push_back(reader.take<std::string>("change"));
  const auto fits = check_life(statement, change.issued, change.expires, max_change_life);
  if (!fits) return fits.error();
  return change;
}

std::string ChangeFields::print_unsigned() const {
  Writer writer(kind);
  writer.field("registry", registry.str())
      .field("user", user.str())
      .field("nonce", nonce.str())
      .field("issued", base::format_time(issued))
      .field("expires", base::format_time(expires));
  for (const std::string& line : changes) writer.field("change", line);
  return writer.take();
}

}  // namespace countersign::statement
