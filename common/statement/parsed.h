// statement/parsed.h: Parsed<Fields>, a statement of one kind that was read or made, with its exact bytes.
//
// Fields is a plain struct (RecordFields, AnswerFields, …) that a maker fills; Parsed<Fields> exists only for a text
// that parsed, the rules between its fields included. What is made goes through the same parser, so nothing can be
// written that would not be read. A Parsed statement is still only a claim: common/policy verifies.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"
#include "common/crypto/private_key.h"
#include "common/sshsig/sign.h"
#include "common/statement/grammar.h"
#include "common/statement/values.h"

namespace countersign::statement {

template <typename Fields>
class Parsed {
 public:
  static constexpr Kind kind = Fields::kind;

  static base::Result<Parsed> parse(std::string_view text) {
    auto statement = Statement::parse(text, kind);
    if (!statement) return statement.error();
    auto fields = Fields::read(*statement);
    if (!fields) return fields.error();
    return Parsed(std::move(*fields), std::move(*statement));
  }

  // An unsigned kind from its parts; bad_statement when they break a rule.
  static base::Result<Parsed> make(const Fields& fields) { return parse(fields.print_unsigned()); }

  // A signed kind from its parts and the armor that somebody made over fields.print_unsigned(). Does not verify.
  static base::Result<Parsed> with_signature(const Fields& fields, std::string_view armor) {
    return parse(fields.print_unsigned().append(armor));
  }

  // A signed kind, signed here.
  static base::Result<Parsed> sign(const Fields& fields, const crypto::PrivateKey& key) {
    const std::string message = fields.print_unsigned();
    const auto armor = sshsig::sign_armored(key, name_space(kind), base::as_bytes(message));
    if (!armor) return armor.error();
    return parse(message + *armor);
  }

  [[nodiscard]] const Fields& fields() const { return fields_; }
  const Fields* operator->() const { return &fields_; }

  [[nodiscard]] const std::string& text() const { return statement_.text(); }
  [[nodiscard]] std::string_view signed_message() const { return statement_.signed_message(); }
  // Throws std::bad_optional_access for a kind that is not signed.
  [[nodiscard]] const sshsig::Signature& signature() const { return statement_.signature().value(); }
  [[nodiscard]] const Statement& statement() const { return statement_; }

  // PROTOCOL.md section 3.4: the identifier of a challenge and of a trust.
  [[nodiscard]] Hash32 id() const { return Hash32::of(signed_message()); }
  // Over all bytes: a record's ETag and the hash in a floor.
  [[nodiscard]] Hash32 text_hash() const { return Hash32::of(text()); }

 private:
  Parsed(Fields fields, Statement statement) : fields_(std::move(fields)), statement_(std::move(statement)) {}
  Fields fields_;
  Statement statement_;
};

}  // namespace countersign::statement
