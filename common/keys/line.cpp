#include "common/keys/line.h"

#include <algorithm>

#include "common/base/clock.h"
#include "common/encoding/text.h"

namespace countersign::keys {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// The text between the quote at the front of `rest` and its partner; both are taken.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      rest.remove_prefix(at + 1);
      return value;
    }
    if (rest.substr(at, 2) == "\\\"") ++at;
    value.push_back(rest[at]);
  }
  return std::nullopt;
}

Result<RawOption> take_option(std::string_view& rest, ErrorCode bad) {
  const std::size_t end = std::min(rest.find_first_of("=, \t\""), rest.size());
  RawOption option{rest.substr(0, end), std::nullopt};
  if (option.name.empty()) return Error(bad, "an empty option");
  rest.remove_prefix(end);
  if (rest.empty() || rest.front() != '=') return option;
  rest.remove_prefix(1);
  if (rest.empty() || rest.front() != '"') {
    return Error(bad, std::string(option.name) + "=: the value does not start with a quote");
  }
  option.value = take_quoted(rest);
  if (!option.value) return Error(bad, std::string(option.name) + "=: the value does not end with a quote");
  return option;
}

}  // namespace

std::string_view take_word(std::string_view& rest) {
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

bool looks_like_key_type(std::string_view word) {
  return word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-") || word.starts_with("rsa-");
}

Result<std::vector<RawOption>> take_options(std::string_view& rest, ErrorCode bad) {
  std::vector<RawOption> options;
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  if (rest.empty() || looks_like_key_type(rest)) return options;
  while (true) {
    if (options.size() == max_options) return Error(bad, "more than " + std::to_string(max_options) + " options");
    auto option = take_option(rest, bad);
    if (!option) return option.error();
    options.push_back(std::move(*option));
    if (rest.empty()) return Error(bad, "options without a key");
    if (is_blank(rest.front())) return options;
    if (rest.front() != ',') return Error(bad, std::string(options.back().name) + ": something follows the option");
    rest.remove_prefix(1);
  }
}

std::string print_option(std::string_view name, const std::optional<std::string>& value) {
  std::string text(name);
  if (!value) return text;
  text.append("=\"");
  for (const char c : *value) text.append(c == '"' ? "\\\"" : std::string(1, c));
  return text.append("\"");
}

Result<void> check_line(std::string_view line, ErrorCode bad) {
  if (line.size() > max_line) return Error(ErrorCode::too_large, "longer than " + std::to_string(max_line) + " bytes");
  std::string without_tabs(line);
  std::replace(without_tabs.begin(), without_tabs.end(), '\t', ' ');
  if (const auto clean = encoding::check_text(without_tabs); !clean) return Error(bad, clean.error().detail);
  return {};
}

Result<CompactTime> parse_compact_time(std::string_view text) {
  const Error bad(ErrorCode::bad_time, "expected YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and Z for UTC");
  const bool utc = text.ends_with('Z');
  std::string digits(text.substr(0, text.size() - (utc ? 1 : 0)));
  if (digits.size() != 8 && digits.size() != 12 && digits.size() != 14) return bad;
  digits.resize(14, '0');
  const std::string_view d = digits;
  std::string full(d.substr(0, 4));
  full.append("-").append(d.substr(4, 2)).append("-").append(d.substr(6, 2));
  full.append("T").append(d.substr(8, 2)).append(":").append(d.substr(10, 2)).append(":").append(d.substr(12, 2));
  const auto time = base::parse_time(full.append("Z"));
  if (!time) return bad;
  return CompactTime{time->time_since_epoch().count(), utc};
}

namespace {

// One pattern against the whole text, in time proportional to their product at most.
bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;  // the last "*" seen, and where its match ends so far
  std::size_t star_end = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      star_end = at;
    } else if (in_pattern < pattern.size() && (pattern[in_pattern] == '?' || pattern[in_pattern] == text[at])) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

template <typename Visit>
void for_each_pattern(std::string_view patterns, Visit visit) {
  while (true) {
    const std::size_t comma = patterns.find(',');
    visit(patterns.substr(0, comma));
    if (comma == std::string_view::npos) return;
    patterns.remove_prefix(comma + 1);
  }
}

}  // namespace

bool matches_pattern_list(std::string_view text, std::string_view patterns) {
  bool matched = false;
  bool negated = false;
  for_each_pattern(patterns, [&](std::string_view pattern) {
    const bool negation = pattern.starts_with('!');
    if (negation) pattern.remove_prefix(1);
    if (matches_pattern(text, pattern)) (negation ? negated : matched) = true;
  });
  return matched && !negated;
}

bool is_pattern_list(std::string_view patterns, std::string_view allowed) {
  bool good = true;
  for_each_pattern(patterns, [&](std::string_view pattern) {
    if (pattern.starts_with('!')) pattern.remove_prefix(1);
    good = good && !pattern.empty() && std::all_of(pattern.begin(), pattern.end(), [&](char c) {
             return is_alnum(c) || c == '*' || c == '?' || allowed.find(c) != std::string_view::npos;
           });
  });
  return good;
}

}  // namespace countersign::keys
