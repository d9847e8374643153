#include "common/encoding/base64.h"

#include <array>
#include <cstdint>

namespace countersign::encoding {
namespace {

using base::ByteView;
using base::ErrorCode;
using base::Result;

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::uint8_t no_value = 0xff;
using Table = std::array<std::uint8_t, 256>;

constexpr Table invert(std::string_view alphabet) {
  Table table{};
  table.fill(no_value);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}
constexpr Table standard_values = invert(standard_alphabet);
constexpr Table url_values = invert(url_alphabet);
constexpr Table hex_values = invert(hex_digits);

template <typename Out>
Out encode(ByteView in, std::string_view alphabet, bool padded) {
  Out out;
  out.reserve((in.size() + 2) / 3 * 4);
  const auto put = [&](std::uint32_t group, unsigned shift) {
    out.push_back(static_cast<typename Out::value_type>(alphabet[(group >> shift) & 63U]));
  };
  std::size_t i = 0;
  for (; i + 3 <= in.size(); i += 3) {
    const std::uint32_t group = std::uint32_t{in[i]} << 16 | std::uint32_t{in[i + 1]} << 8 | in[i + 2];
    for (const unsigned shift : {18U, 12U, 6U, 0U}) put(group, shift);
  }
  const std::size_t left = in.size() - i;
  if (left == 0) return out;
  const std::uint32_t group = std::uint32_t{in[i]} << 16 | (left == 2 ? std::uint32_t{in[i + 1]} << 8 : 0U);
  put(group, 18);
  put(group, 12);
  if (left == 2) put(group, 6);
  if (padded) out.insert(out.end(), 3 - left, '=');
  return out;
}

base::Error outside_alphabet(std::string_view text, const Table& values) {
  std::size_t at = 0;
  while (at < text.size() && values[static_cast<std::uint8_t>(text[at])] != no_value) ++at;
  return {ErrorCode::bad_base64, "character " + std::to_string(at + 1) + " is outside the base64 alphabet"};
}

// `text` without padding; the last group may have two or three characters. Groups are decoded before any character is
// judged, because this stands in the path of every login: no_value has bits that no digit has.
template <typename Out>
Result<Out> decode_digits(std::string_view text, const Table& values) {
  const std::size_t left = text.size() % 4;
  if (left == 1) return {ErrorCode::bad_base64, "length is impossible for base64"};
  const auto value = [&](std::size_t i) { return std::uint32_t{values[static_cast<std::uint8_t>(text[i])]}; };
  Out out(text.size() / 4 * 3 + (left == 0 ? 0 : left - 1));
  std::uint32_t seen = 0;
  std::size_t to = 0;
  std::size_t from = 0;
  for (; from + 4 <= text.size(); from += 4) {
    const std::uint32_t a = value(from), b = value(from + 1), c = value(from + 2), d = value(from + 3);
    seen |= a | b | c | d;
    out[to++] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    out[to++] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    out[to++] = static_cast<std::uint8_t>(c << 6 | d);
  }
  std::uint32_t unused = 0;
  if (left != 0) {
    const std::uint32_t a = value(from), b = value(from + 1), c = left == 3 ? value(from + 2) : 0;
    seen |= a | b | c;
    out[to++] = static_cast<std::uint8_t>(a << 2 | b >> 4);
    if (left == 3) out[to++] = static_cast<std::uint8_t>(b << 4 | c >> 2);
    unused = left == 2 ? b & 15U : c & 3U;
  }
  if (seen > 63) return outside_alphabet(text, values);
  if (unused != 0) return {ErrorCode::bad_base64, "unused bits of the last character are not 0"};
  return out;
}

template <typename Out>
Result<Out> decode_padded(std::string_view text) {
  if (text.size() % 4 != 0) return {ErrorCode::bad_base64, "length is not a multiple of 4"};
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode_digits<Out>(text, standard_values);
}

}  // namespace

std::string base64_encode(ByteView bytes) { return encode<std::string>(bytes, standard_alphabet, true); }
std::string base64_encode_unpadded(ByteView bytes) { return encode<std::string>(bytes, standard_alphabet, false); }
std::string base64url_encode(ByteView bytes) { return encode<std::string>(bytes, url_alphabet, false); }
base::SecretBytes base64_encode_secret(ByteView bytes) {
  return encode<base::SecretBytes>(bytes, standard_alphabet, true);
}

Result<base::Bytes> base64_decode(std::string_view text) { return decode_padded<base::Bytes>(text); }
Result<base::SecretBytes> base64_decode_secret(std::string_view text) { return decode_padded<base::SecretBytes>(text); }
Result<base::Bytes> base64_decode_unpadded(std::string_view text) {
  return decode_digits<base::Bytes>(text, standard_values);
}
Result<base::Bytes> base64url_decode(std::string_view text) { return decode_digits<base::Bytes>(text, url_values); }

std::string hex_encode(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(hex_digits[byte >> 4]);
    out.push_back(hex_digits[byte & 15U]);
  }
  return out;
}

Result<base::Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return {ErrorCode::bad_text, "an odd number of hex digits"};
  base::Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = hex_values[static_cast<std::uint8_t>(text[i])];
    const std::uint8_t low = hex_values[static_cast<std::uint8_t>(text[i + 1])];
    if (high == no_value || low == no_value) {
      return {ErrorCode::bad_text, "character " + std::to_string(i + 1) + ": expected lower case hex digits"};
    }
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

}  // namespace countersign::encoding
