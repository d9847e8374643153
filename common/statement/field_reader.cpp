#include "common/statement/field_reader.h"

namespace countersign::statement {

base::Error fault_in(const Statement& statement, std::string_view name, std::string_view detail, std::size_t nth) {
  for (const Field& field : statement.fields()) {
    if (field.name != name || --nth != 0) continue;
    return fault_at(field.line, name.size() + 3, std::string(name).append(": ").append(detail));
  }
  throw std::logic_error("fault_in: no field " + std::string(name));
}

base::Result<void> check_life(const Statement& statement, base::Time issued, base::Time expires,
                              std::optional<base::Seconds> most) {
  if (expires <= issued) return fault_in(statement, "expires", "expected a time after issued");
  if (most && expires - issued > *most) {
    return fault_in(statement, "expires", "expected at most " + print_seconds(*most) + " after issued");
  }
  return {};
}

bool fits_level(Level level, const crypto::PublicKey& key) {
  switch (level) {
    case Level::passkey: return key.type() == crypto::KeyType::sk_ecdsa_p256;
    case Level::hardware: return crypto::is_sk(key.type());
    case Level::ssh_key: return true;
  }
  return false;
}

}  // namespace countersign::statement
