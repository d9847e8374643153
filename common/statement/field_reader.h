// statement/field_reader.h: takes the fields of a parsed statement one by one, by name and type. For this room only.
//
// The grammar has already checked names, order and types, so a wrong name or type here is a bug: it throws.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "common/statement/grammar.h"

namespace countersign::statement {

class FieldReader {
 public:
  explicit FieldReader(const Statement& statement) : fields_(statement.fields()) {}

  [[nodiscard]] bool is_next(std::string_view name) const { return at_ < fields_.size() && fields_[at_].name == name; }

  template <typename T>
  T take(std::string_view name) {
    if (!is_next(name)) throw std::logic_error("FieldReader: " + std::string(name) + " is not next");
    return std::get<T>(fields_[at_++].value);
  }

  template <typename T>
  std::optional<T> take_if(std::string_view name) {
    if (!is_next(name)) return std::nullopt;
    return take<T>(name);
  }

 private:
  const std::vector<Field>& fields_;
  std::size_t at_ = 0;
};

// The fault of a field's value, at the place where the `nth` field of that name stands.
base::Error fault_in(const Statement& statement, std::string_view name, std::string_view detail, std::size_t nth = 1);

// `expires` lies after `issued`, by at most `most`.
base::Result<void> check_life(const Statement& statement, base::Time issued, base::Time expires,
                              std::optional<base::Seconds> most);

// `level` is one that a key of this type can show (PROTOCOL.md section 4.1).
bool fits_level(Level level, const crypto::PublicKey& key);

}  // namespace countersign::statement
