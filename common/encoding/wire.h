// encoding/wire.h: the SSH wire format (RFC 4251 section 5): bytes, big-endian numbers, strings with a length in front.
//
// WireReader checks the length before every read and fails stickily: after the first failure each read gives zero or an
// empty view, so a parser reads all its fields in one go and then asks finish() once. finish() fails on an earlier
// error and on bytes left over; no other code indexes untrusted bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::encoding {

class WireReader {
 public:
  // The views it hands out point into `bytes`, which must outlive them.
  explicit WireReader(base::ByteView bytes) : all_(bytes), rest_(bytes) {}

  std::uint8_t u8();
  std::uint32_t u32();
  // A string of at most `max` bytes; longer is too_large, whether or not the bytes are there.
  base::ByteView string(std::size_t max);
  std::string_view text(std::size_t max) { return base::as_text(string(max)); }
  base::ByteView bytes(std::size_t count);
  base::ByteView rest();  // everything that is left

  // Makes the reader fail with an error of the caller's own, unless it has failed already.
  void fail(base::Error error);

  [[nodiscard]] bool ok() const { return !error_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t position() const { return all_.size() - rest_.size(); }

  // The first error (truncated, too_large, or one given to fail()), else trailing_bytes when something is left.
  [[nodiscard]] base::Result<void> finish() const;

 private:
  base::ByteView all_;
  base::ByteView rest_;
  std::optional<base::Error> error_;
};

template <typename Buffer>
class BasicWireWriter {
 public:
  BasicWireWriter& u8(std::uint8_t value) {
    out_.push_back(value);
    return *this;
  }
  BasicWireWriter& u32(std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) out_.push_back(static_cast<std::uint8_t>(value >> shift & 0xffU));
    return *this;
  }
  BasicWireWriter& raw(base::ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  BasicWireWriter& raw(std::string_view text) { return raw(base::as_bytes(text)); }
  BasicWireWriter& string(base::ByteView bytes) {
    u32(static_cast<std::uint32_t>(bytes.size()));
    return raw(bytes);
  }
  BasicWireWriter& string(std::string_view text) { return string(base::as_bytes(text)); }

  [[nodiscard]] base::ByteView view() const { return {out_.data(), out_.size()}; }
  [[nodiscard]] Buffer take() { return std::move(out_); }

 private:
  Buffer out_;
};

using WireWriter = BasicWireWriter<base::Bytes>;
using SecretWireWriter = BasicWireWriter<base::SecretBytes>;  // wipes what it held

// An mpint's content without its length: the shortest form of the unsigned big-endian number `magnitude` (RFC 4251: a
// zero byte in front where the highest bit is set; zero is the empty string).
base::Bytes mpint_content(base::ByteView magnitude);
base::SecretBytes mpint_content_secret(base::ByteView magnitude);

// The magnitude of a non-negative mpint in its shortest form; nothing when it is negative or has a needless zero byte.
std::optional<base::ByteView> read_mpint(base::ByteView content);

}  // namespace countersign::encoding
