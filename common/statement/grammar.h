// statement/grammar.h: the one strict parser of every statement (PROTOCOL.md section 3).
//
// A Statement has the shape of its kind: exactly the fields of the table in kinds.cpp, in their order, each value of
// its type, and an SSHSIG armor exactly when the kind is signed. It says nothing about who signed or whether that may
// count: sshsig::verify and common/policy do. Rules that relate several fields stand with the typed kinds (record.h,
// challenge.h, …), which are what most callers want.
//
// Faults are bad_statement, wrong_kind, unsupported_version or too_large; the detail begins with
// "line L, column C: " (both from 1, columns count bytes) and names what was found and what is expected.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/sshsig/signature.h"
#include "common/statement/value.h"

namespace countersign::statement {

enum class Kind { record, approver, challenge, answer, trust, enrolment, host, session, signin, change };

inline constexpr std::size_t max_statement = 65'536;
inline constexpr std::size_t max_line = 16'384;  // without its LF

std::string_view to_string(Kind kind);
std::string name_space(Kind kind);  // "answer.v1@countersign"
bool is_signed(Kind kind);          // all but the challenge

struct Field {
  std::string_view name;  // from the table
  std::string text;       // the value as it stands
  Value value;            // the same, parsed
  std::size_t line;       // where it stands, from 1
  std::size_t offset;     // of the line's first byte
};

class Statement {
 public:
  static base::Result<Statement> parse(std::string_view text);             // of any kind
  static base::Result<Statement> parse(std::string_view text, Kind kind);  // wrong_kind for another

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

  // The bytes that were parsed, and those of them that are signed: all before the armor.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string_view signed_message() const { return std::string_view(text_).substr(0, message_size_); }
  [[nodiscard]] const std::optional<sshsig::Signature>& signature() const { return signature_; }

  // Built anew from kind, fields and signature; equal to text().
  [[nodiscard]] std::string print() const;

 private:
  friend class Parser;
  Statement() = default;

  Kind kind_ = Kind::record;
  std::vector<Field> fields_;
  std::optional<sshsig::Signature> signature_;
  std::string text_;
  std::size_t message_size_ = 0;
};

// Builds the text of an unsigned statement, or of what is to be signed, line by line.
class Writer {
 public:
  explicit Writer(Kind kind);
  Writer& field(std::string_view name, std::string_view value);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// "line 3, column 7: " in front of the detail.
base::Error fault_at(std::size_t line, std::size_t column, std::string_view detail,
                     base::ErrorCode code = base::ErrorCode::bad_statement);

}  // namespace countersign::statement
