// log/clean.h: the one place where foreign text is made fit for a log line or a terminal.
//
// What cannot be shown safely (control characters, C1, bidirectional and zero-width marks, bytes that are not UTF-8)
// becomes visible text: \x1b, \u{202e}. Nothing is dropped silently, and what is cut ends in "...".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::log {

inline constexpr std::size_t kValueLimit = 256;  // characters of one value, as written

// For a person's terminal: one line, quotes and backslashes as they are. The text may come from anywhere.
std::string clean_for_terminal(std::string_view text, std::size_t limit = 1024);

// For a log line: bare where the text is one plain word, else in double quotes with \" and \\ escaped.
std::string quote_value(std::string_view text, std::size_t limit = kValueLimit);

}  // namespace countersign::log
