#include "common/sshsig/armor.h"

#include <algorithm>

#include "common/encoding/base64.h"

namespace countersign::sshsig {
namespace {

using base::Bytes;
using base::ErrorCode;
using base::Result;

constexpr std::size_t printed_width = 70;
constexpr std::size_t max_width = 76;  // what PROTOCOL.sshsig advises; ssh-keygen itself prints 70
constexpr std::size_t max_digits = (max_blob + 2) / 3 * 4;
constexpr std::size_t max_pasted = 65536;
constexpr std::string_view blanks = " \t\r\n";

// Takes a line with its LF off the front of `text`. A last line without LF is taken as it is.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

Result<Bytes> bad_armor(std::size_t line, std::string_view expectation) {
  return {ErrorCode::bad_armor, "line " + std::to_string(line) + ": " + std::string(expectation)};
}

std::string print_digits(std::string_view digits) {
  std::string text(armor_header);
  text.push_back('\n');
  for (; !digits.empty(); digits.remove_prefix(std::min(printed_width, digits.size()))) {
    text.append(digits.substr(0, printed_width)).push_back('\n');
  }
  return text.append(armor_footer).append("\n");
}

}  // namespace

std::string print_armor(base::ByteView blob) { return print_digits(encoding::base64_encode(blob)); }

Result<Bytes> parse_armor(std::string_view text) {
  if (!text.starts_with(armor_header) || !text.substr(armor_header.size()).starts_with('\n')) {
    return bad_armor(1, "expected the line -----BEGIN SSH SIGNATURE-----");
  }
  take_line(text);
  std::string digits;
  digits.reserve(std::min(text.size(), max_digits));
  std::size_t number = 2;
  for (;; ++number) {
    if (text.empty()) return bad_armor(number, "the footer is missing");
    const std::string_view line = take_line(text);
    if (line == armor_footer) break;
    if (line.empty() || line.size() > max_width) return bad_armor(number, "expected 1 to 76 characters of base64");
    if (digits.size() + line.size() > max_digits) return {ErrorCode::too_large, "a signature of more than 16384 bytes"};
    digits += line;
  }
  if (text.find_first_not_of(blanks) != std::string_view::npos) {
    return bad_armor(number, "only white space may follow the footer");
  }
  if (digits.empty()) return bad_armor(2, "no base64 between header and footer");
  auto blob = encoding::base64_decode(digits);
  if (!blob) return blob.error().within("armor");
  return blob;
}

Result<Bytes> parse_armor_exact(std::string_view text) {
  auto blob = parse_armor(text);
  if (blob && print_armor(*blob) != text) {
    return {ErrorCode::bad_armor, "expected lines of 70 characters and nothing after the footer's line end"};
  }
  return blob;
}

Result<std::string> normalize_pasted_armor(std::string_view text) {
  if (text.size() > max_pasted) return {ErrorCode::too_large, "more than 64 KiB were pasted"};
  const std::size_t start = text.find_first_not_of(blanks);
  if (start == std::string_view::npos || !text.substr(start).starts_with(armor_header)) {
    return {ErrorCode::bad_armor, "expected -----BEGIN SSH SIGNATURE----- at the start"};
  }
  const std::string_view body = text.substr(start + armor_header.size());
  const std::size_t end = body.find(armor_footer);
  if (end == std::string_view::npos) return {ErrorCode::bad_armor, "the footer is missing"};

  std::string digits;
  std::copy_if(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(end), std::back_inserter(digits),
               [](char c) { return blanks.find(c) == std::string_view::npos; });
  const std::string_view after = body.substr(end + armor_footer.size());
  if (after.find_first_not_of(blanks) != std::string_view::npos) {
    return {ErrorCode::bad_armor, "only white space may follow the footer"};
  }
  std::string armor = print_digits(digits);
  if (auto blob = parse_armor_exact(armor); !blob) return blob.error();
  return armor;
}

}  // namespace countersign::sshsig
