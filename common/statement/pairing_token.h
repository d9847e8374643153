// statement/pairing_token.h: the short secret by which a phone finds its pairing (PROTOCOL.md section 9.4).
//
// 60 bits for at most ten minutes and one enrolment. People see and type twelve characters, programs send `csp_` and
// the same twelve. The registry keeps only hash(), which is also the `pairing` of an enrolment.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"
#include "common/statement/values.h"

namespace countersign::statement {

class PairingToken {
 public:
  static PairingToken random();
  // What a program sends: exactly text(). bad_text otherwise.
  static base::Result<PairingToken> parse(std::string_view text);
  // What a person gives: the twelve in any case, with hyphens and spaces anywhere, O for 0, I and L for 1; or the whole
  // address of a QR code. bad_text otherwise.
  static base::Result<PairingToken> read(std::string_view typed);

  [[nodiscard]] std::string text() const { return "csp_" + code_; }
  [[nodiscard]] const std::string& code() const { return code_; }  // twelve characters
  [[nodiscard]] std::string shown() const;                         // "K7QF-9T2M-XA3D"
  [[nodiscard]] Hash32 hash() const { return Hash32::of(text()); }

 private:
  explicit PairingToken(std::string code) : code_(std::move(code)) {}
  std::string code_;
};

// The address that a QR code holds, for a phone page at `origin`.
std::string pairing_url(const base::Origin& origin, const PairingToken& token);

}  // namespace countersign::statement
