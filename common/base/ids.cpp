#include "common/base/ids.h"

namespace countersign::base {
namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alnum(char c) { return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z'); }

template <typename Allowed>
Result<void> fits(std::string_view what, std::string_view text, std::size_t limit, Allowed allowed) {
  if (text.empty()) return Error(ErrorCode::bad_text, std::string(what) + " is empty");
  if (text.size() > limit)
    return Error(ErrorCode::bad_text, std::string(what) + " is longer than " + std::to_string(limit));
  for (const char c : text) {
    if (!allowed(c)) return Error(ErrorCode::bad_text, std::string(what) + " holds a character that is not allowed");
  }
  return {};
}

Result<void> fits_user(std::string_view what, std::string_view text) {
  const auto ok = fits(what, text, 128, [](char c) {
    return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '@' || c == '+' || c == '\\' || c == '$';
  });
  if (!ok) return ok.error();
  if (text.front() == '-') return Error(ErrorCode::bad_text, std::string(what) + " starts with \"-\"");
  return {};
}

}  // namespace

template <>
Result<UserName> UserName::parse(std::string_view text) {
  const auto ok = fits_user("user name", text);
  if (!ok) return ok.error();
  return UserName(text);
}

template <>
Result<PersonName> PersonName::parse(std::string_view text) {
  const auto ok = fits_user("person", text);
  if (!ok) return ok.error();
  return PersonName(text);
}

template <>
Result<HostName> HostName::parse(std::string_view text) {
  const auto ok =
      fits("host name", text, 253, [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '-'; });
  if (!ok) return ok.error();
  if (!is_alnum(text.front()) || !is_alnum(text.back())) {
    return Error(ErrorCode::bad_text, "host name starts or ends with a character that is not a letter or digit");
  }
  return HostName(text);
}

template <>
Result<GroupName> GroupName::parse(std::string_view text) {
  const auto ok = fits("group name", text, 64,
                       [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '.' || c == '-'; });
  if (!ok) return ok.error();
  if (!is_alnum(text.front()))
    return Error(ErrorCode::bad_text, "group name starts with a character that is not a letter or digit");
  return GroupName(text);
}

template <>
Result<ServiceName> ServiceName::parse(std::string_view text) {
  const auto ok =
      fits("service name", text, 64, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
  if (!ok) return ok.error();
  if (!is_alnum(text.front()))
    return Error(ErrorCode::bad_text, "service name starts with a character that is not a letter or digit");
  return ServiceName(text);
}

template <>
Result<ChallengeId> ChallengeId::parse(std::string_view text) {
  const auto ok = fits("challenge id", text, 43, [](char c) { return is_alnum(c) || c == '_' || c == '-'; });
  if (!ok) return ok.error();
  if (text.size() != 43) return Error(ErrorCode::bad_text, "challenge id is not 43 characters long");
  // 43 characters carry 258 bits for 256: the last two bits must be zero, or one id would have several spellings.
  constexpr std::string_view kCanonicalLast = "AEIMQUYcgkosw048";
  if (kCanonicalLast.find(text.back()) == std::string_view::npos) {
    return Error(ErrorCode::bad_text, "challenge id is not canonical base64url");
  }
  return ChallengeId(text);
}

}  // namespace countersign::base
