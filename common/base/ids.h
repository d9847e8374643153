// base/ids.h: names that come from outside, each a type of its own, so that a host name is never passed for a user
// name.
//
// Each can be made only by its parse_ function, which is the allow-list of PROTOCOL.md section 2.4; the text inside is
// therefore safe in a log line, an HTTP path, a file of statements and an allowed_signers principal.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"

namespace countersign::base {

template <typename Tag>
class Name {
 public:
  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  friend auto operator<=>(const Name&, const Name&) = default;
  friend bool operator==(const Name&, const Name&) = default;

  // PROTOCOL.md section 2.4; bad_text when the text is outside the allow-list.
  static Result<Name> parse(std::string_view text);

 private:
  explicit Name(std::string_view text) : text_(text) {}
  std::string text_;
};

using UserName = Name<struct UserNameTag>;        // [A-Za-z0-9._@+\$-]{1,128}, not starting with "-"
using PersonName = Name<struct PersonNameTag>;    // as UserName: who owns keys of a shared account
using HostName = Name<struct HostNameTag>;        // [a-z0-9.-]{1,253}, starting and ending with a letter or digit
using GroupName = Name<struct GroupNameTag>;      // [a-z0-9_.-]{1,64}, starting with a letter or digit
using ServiceName = Name<struct ServiceNameTag>;  // [A-Za-z0-9_.-]{1,64}, starting with a letter or digit
using ChallengeId =
    Name<struct ChallengeIdTag>;  // 43 characters of unpadded base64url: SHA-256 of the challenge's bytes

template <>
Result<UserName> UserName::parse(std::string_view text);
template <>
Result<PersonName> PersonName::parse(std::string_view text);
template <>
Result<HostName> HostName::parse(std::string_view text);
template <>
Result<GroupName> GroupName::parse(std::string_view text);
template <>
Result<ServiceName> ServiceName::parse(std::string_view text);
template <>
Result<ChallengeId> ChallengeId::parse(std::string_view text);

}  // namespace countersign::base
