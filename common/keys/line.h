// keys/line.h: the pieces of a line in OpenSSH's key files. For this room only.
//
// Options end at the first blank outside quotes; inside quotes \" stands for a quote, and every other backslash for
// itself. A value can therefore hold anything but control characters and a backslash at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::keys {

inline constexpr std::size_t max_line = 16384;
inline constexpr std::size_t max_options = 64;

struct RawOption {
  std::string_view name;             // as written
  std::optional<std::string> value;  // without its quotes; nothing where there was no "="
};

[[nodiscard]] constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Removes blanks in front, then takes everything up to the next blank.
std::string_view take_word(std::string_view& rest);

// Takes the options in front of a key, or nothing when the key comes first. `bad` is the code of every fault.
base::Result<std::vector<RawOption>> take_options(std::string_view& rest, base::ErrorCode bad);

// name, or name="value" with \" where the value has a quote.
std::string print_option(std::string_view name, const std::optional<std::string>& value);

// Does the word begin where a key does, so that it is no option?
[[nodiscard]] bool looks_like_key_type(std::string_view word);

// At most max_line bytes of clean text (common/encoding/text.h), tabs allowed; else too_large or `bad`.
base::Result<void> check_line(std::string_view line, base::ErrorCode bad);

// YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS of a date that exists; `utc` says whether a Z follows. Else bad_time.
struct CompactTime {
  std::int64_t unix_seconds = 0;  // read as UTC
  bool utc = false;
};
base::Result<CompactTime> parse_compact_time(std::string_view text);

// OpenSSH's match_pattern_list: "*" and "?" in comma separated patterns; "!" in front of one that must not match.
[[nodiscard]] bool matches_pattern_list(std::string_view text, std::string_view patterns);

// No empty pattern, and no character but those of `allowed`, letters, digits, "*", "?" and a leading "!".
[[nodiscard]] bool is_pattern_list(std::string_view patterns, std::string_view allowed);

}  // namespace countersign::keys
