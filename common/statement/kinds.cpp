#include "common/statement/kinds.h"

#include <algorithm>
#include <array>

#include "common/encoding/base64.h"
#include "common/keys/public_key_line.h"
#include "common/sshsig/armor.h"
#include "common/statement/console.h"
#include "common/statement/record.h"

namespace countersign::statement {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Turns a parser of one type into a parser of a Value.
template <auto Parse>
Result<Value> as_value(std::string_view text) {
  auto parsed = Parse(text);
  if (!parsed) return parsed.error();
  return Value(std::move(*parsed));
}

// The same where the word `none` stands for nothing.
template <typename T>
Result<Value> optional_value(std::string_view text) {
  if (text == "none") return Value(std::optional<T>());
  auto parsed = T::parse(text);
  if (!parsed) return parsed.error().within("or \"none\"");
  return Value(std::optional<T>(std::move(*parsed)));
}

Result<bool> parse_yes_no(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return Error(ErrorCode::bad_text, "expected yes or no");
}

Result<std::vector<base::GroupName>> parse_groups(std::string_view text) {
  std::vector<base::GroupName> groups;
  if (text == "none") return groups;
  for (;;) {
    const std::size_t space = text.find(' ');
    auto group = base::GroupName::parse(text.substr(0, space));
    if (!group) return group.error();
    if (!groups.empty() && !(groups.back() < *group)) {
      return Error(ErrorCode::bad_text, "expected groups sorted by byte and each once, or \"none\"");
    }
    groups.push_back(std::move(*group));
    if (space == std::string_view::npos) return groups;
    text.remove_prefix(space + 1);
  }
}

Result<std::string> parse_change(std::string_view text) {
  if (text.size() > max_change_line) {
    return Error(ErrorCode::too_large, "expected at most " + std::to_string(max_change_line) + " bytes");
  }
  return std::string(text);
}

Result<ApproverLine> parse_approver_line(std::string_view text) {
  const Error bad(ErrorCode::bad_text, "expected LEVEL ADDED TYPE BASE64");
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return bad;
  const std::size_t second = text.find(' ', first + 1);
  if (second == std::string_view::npos) return bad;
  const auto level = parse_level(text.substr(0, first));
  if (!level) return level.error();
  const auto added = base::parse_time(text.substr(first + 1, second - first - 1));
  if (!added) return added.error();
  auto key = keys::parse_public_key(text.substr(second + 1));
  if (!key) return key.error();
  return ApproverLine{*level, *added, std::move(*key)};
}

Result<sshsig::Signature> parse_endorsement(std::string_view text) {
  const auto blob = encoding::base64_decode(text);
  if (!blob) return blob.error();
  return sshsig::parse_signature(*blob);
}

constexpr auto kUser = as_value<base::UserName::parse>;
constexpr auto kPerson = as_value<base::PersonName::parse>;
constexpr auto kHost = as_value<base::HostName::parse>;
constexpr auto kService = as_value<base::ServiceName::parse>;
constexpr auto kOrigin = as_value<base::Origin::parse>;
constexpr auto kAddress = as_value<base::Address::parse>;
constexpr auto kTime = as_value<base::parse_time>;
constexpr auto kSeconds = as_value<parse_seconds>;
constexpr auto kHash32 = as_value<Hash32::parse>;
constexpr auto kLevel = as_value<parse_level>;
constexpr auto kKey = as_value<keys::parse_public_key>;

template <std::size_t A, std::size_t B>
constexpr std::array<FieldRule, A + B> joined(const std::array<FieldRule, A>& first,
                                              const std::array<FieldRule, B>& second) {
  std::array<FieldRule, A + B> all{};
  std::copy(first.begin(), first.end(), all.begin());
  std::copy(second.begin(), second.end(), all.begin() + A);
  return all;
}

constexpr std::array kAfterLoginKey{FieldRule{"person", kPerson, Count::optional}};
constexpr std::array kAfterApprover{FieldRule{"person", kPerson, Count::optional},
                                    FieldRule{"endorsement", as_value<parse_endorsement>}};

constexpr std::array kRecord{
    FieldRule{"user", kUser},
    FieldRule{"hosts", as_value<HostScope::parse>},
    FieldRule{"serial", as_value<parse_serial>},
    FieldRule{"issued", kTime},
    FieldRule{"expires", kTime},
    FieldRule{"login-key", as_value<keys::parse_record_key>, Count::any, max_login_keys, kAfterLoginKey},
    FieldRule{"approver", as_value<parse_approver_line>, Count::any, max_approvers, kAfterApprover},
    FieldRule{"recovery", kHash32, Count::any, max_recovery_hashes},
    FieldRule{"revoked-trust", kHash32, Count::any, max_revoked_trusts},
    FieldRule{"trust-not-before", kTime, Count::optional},
};

constexpr std::array kApprover{
    FieldRule{"user", kUser},  FieldRule{"person", kPerson, Count::optional},
    FieldRule{"key", kKey},    FieldRule{"level", kLevel},
    FieldRule{"added", kTime},
};

constexpr std::array kChallenge{
    FieldRule{"nonce", kHash32},
    FieldRule{"registry", kOrigin},
    FieldRule{"host", kHost},
    FieldRule{"service", kService},
    FieldRule{"user", kUser},
    FieldRule{"address", kAddress},
    FieldRule{"connection", optional_value<Connection>},
    FieldRule{"login-key", optional_value<Fingerprint>},
    FieldRule{"issued", kTime},
    FieldRule{"expires", kTime},
    FieldRule{"number-wanted", as_value<parse_yes_no>},
    FieldRule{"max-trust", kSeconds},
};

constexpr auto kAnswer = joined(kChallenge, std::array{
                                                FieldRule{"decision", as_value<parse_decision>},
                                                FieldRule{"number", optional_value<LoginNumber>},
                                                FieldRule{"via", as_value<parse_via>},
                                            });

constexpr auto kTrust = joined(kAnswer, std::array{
                                            FieldRule{"until", kTime},
                                            FieldRule{"hosts", as_value<HostOrGroup::parse>},
                                        });

constexpr std::array kEnrolment{
    FieldRule{"registry", kOrigin}, FieldRule{"user", kUser},   FieldRule{"pairing", kHash32},
    FieldRule{"key", kKey},         FieldRule{"level", kLevel}, FieldRule{"issued", kTime},
};

constexpr std::array kHostStatement{
    FieldRule{"host", kHost},    FieldRule{"groups", as_value<parse_groups>},
    FieldRule{"token", kHash32}, FieldRule{"issued", kTime},
    FieldRule{"expires", kTime},
};

constexpr std::array kSession{
    FieldRule{"registry", kOrigin}, FieldRule{"user", kUser},   FieldRule{"key", kKey},
    FieldRule{"nonce", kHash32},    FieldRule{"issued", kTime}, FieldRule{"expires", kTime},
};

constexpr std::array kSignIn{
    FieldRule{"registry", kOrigin}, FieldRule{"user", kUser},    FieldRule{"address", kAddress},
    FieldRule{"session", kHash32},  FieldRule{"nonce", kHash32}, FieldRule{"issued", kTime},
    FieldRule{"expires", kTime},
};

constexpr std::array kChange{
    FieldRule{"registry", kOrigin}, FieldRule{"user", kUser},
    FieldRule{"nonce", kHash32},    FieldRule{"issued", kTime},
    FieldRule{"expires", kTime},    FieldRule{"change", as_value<parse_change>, Count::at_least_one, max_changes},
};

}  // namespace

std::span<const FieldRule> rules_of(Kind kind) {
  switch (kind) {
    case Kind::record: return kRecord;
    case Kind::approver: return kApprover;
    case Kind::challenge: return kChallenge;
    case Kind::answer: return kAnswer;
    case Kind::trust: return kTrust;
    case Kind::enrolment: return kEnrolment;
    case Kind::host: return kHostStatement;
    case Kind::session: return kSession;
    case Kind::signin: return kSignIn;
    case Kind::change: return kChange;
  }
  return {};
}

}  // namespace countersign::statement
