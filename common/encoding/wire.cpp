#include "common/encoding/wire.h"

#include <algorithm>
#include <string>

namespace countersign::encoding {

using base::ByteView;
using base::Error;
using base::ErrorCode;

ByteView WireReader::bytes(std::size_t count) {
  if (error_) return {};
  if (rest_.size() < count) {
    error_.emplace(ErrorCode::truncated, "offset " + std::to_string(position()) + ": " + std::to_string(count) +
                                             " bytes wanted, " + std::to_string(rest_.size()) + " left");
    return {};
  }
  const ByteView taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint8_t WireReader::u8() {
  const ByteView taken = bytes(1);
  return taken.empty() ? std::uint8_t{0} : taken[0];
}

std::uint32_t WireReader::u32() {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes(4)) value = value << 8 | byte;
  return value;
}

ByteView WireReader::string(std::size_t max) {
  const std::size_t at = position();
  const std::uint32_t length = u32();
  if (!error_ && length > max) {
    error_.emplace(ErrorCode::too_large, "offset " + std::to_string(at) + ": a string of " + std::to_string(length) +
                                             " bytes, at most " + std::to_string(max) + " allowed");
  }
  return bytes(length);
}

ByteView WireReader::rest() { return bytes(rest_.size()); }

void WireReader::fail(Error error) {
  if (!error_) error_.emplace(std::move(error));
}

base::Result<void> WireReader::finish() const {
  if (error_) return *error_;
  if (!rest_.empty()) {
    return {ErrorCode::trailing_bytes,
            "offset " + std::to_string(position()) + ": " + std::to_string(rest_.size()) + " bytes left over"};
  }
  return {};
}

namespace {

template <typename Buffer>
Buffer shortest_mpint(ByteView magnitude) {
  const auto first = std::find_if(magnitude.begin(), magnitude.end(), [](std::uint8_t b) { return b != 0; });
  Buffer out;
  out.reserve(magnitude.size() + 1);
  if (first != magnitude.end() && (*first & 0x80U) != 0) out.push_back(0);
  out.insert(out.end(), first, magnitude.end());
  return out;
}

}  // namespace

base::Bytes mpint_content(ByteView magnitude) { return shortest_mpint<base::Bytes>(magnitude); }
base::SecretBytes mpint_content_secret(ByteView magnitude) { return shortest_mpint<base::SecretBytes>(magnitude); }

std::optional<ByteView> read_mpint(ByteView content) {
  if (content.empty()) return content;
  const bool high_bit = (content[0] & 0x80U) != 0;
  if (high_bit) return std::nullopt;
  if (content[0] != 0) return content;
  if (content.size() == 1 || (content[1] & 0x80U) == 0) return std::nullopt;
  return content.subspan(1);
}

}  // namespace countersign::encoding
