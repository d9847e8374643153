#include "common/statement/pairing_token.h"

#include "common/crypto/random.h"

namespace countersign::statement {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kPrefix = "csp_";
constexpr std::string_view kFragment = "#pair=";
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCharacters = 12;

// The character that a person meant.
char meant(char typed) {
  const char upper = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

}  // namespace

PairingToken PairingToken::random() {
  std::string code;
  for (const std::uint8_t byte : crypto::random_bytes(kCharacters)) code.push_back(kAlphabet[byte % kAlphabet.size()]);
  return PairingToken(std::move(code));
}

Result<PairingToken> PairingToken::parse(std::string_view text) {
  const bool shaped = text.size() == kPrefix.size() + kCharacters && text.starts_with(kPrefix) &&
                      text.find_first_not_of(kAlphabet, kPrefix.size()) == std::string_view::npos;
  if (!shaped) return Error(ErrorCode::bad_text, "not a pairing token");
  return PairingToken(std::string(text.substr(kPrefix.size())));
}

Result<PairingToken> PairingToken::read(std::string_view typed) {
  if (const auto at = typed.find(kFragment); at != std::string_view::npos) typed.remove_prefix(at + kFragment.size());
  std::string code;
  for (const char c : typed) {
    if (c != ' ' && c != '-') code.push_back(meant(c));
  }
  if (code.size() == kCharacters && code.find_first_not_of(kAlphabet) == std::string::npos) {
    return PairingToken(std::move(code));
  }
  return Error(ErrorCode::bad_text, "not a pairing code: expected twelve characters as in K7QF-9T2M-XA3D");
}

std::string PairingToken::shown() const {
  return code_.substr(0, 4) + "-" + code_.substr(4, 4) + "-" + code_.substr(8, 4);
}

std::string pairing_url(const base::Origin& origin, const PairingToken& token) {
  return origin.str() + "/" + std::string(kFragment) + token.code();
}

}  // namespace countersign::statement
