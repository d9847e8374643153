// base/bytes.h: names for byte sequences. Bytes are data; text is std::string.
//
// SecretBytes wipes its memory when it is released and has no printer, no formatter and no conversion to std::string
// (docs/THREAT_MODEL.md names what is secret: host tokens, session tokens, private keys, recovery codes).
#pragma once

#include <string.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace countersign::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Wipes by type, so that an early return cannot forget it. Limited to plain integers on purpose.
template <typename T>
struct WipingAllocator {
  static_assert(std::is_integral_v<T>, "secrets are plain bytes");
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT: the allocator requirements want it implicit
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T))); }
  void deallocate(T* p, std::size_t n) noexcept {
    ::explicit_bzero(p, n * sizeof(T));
    ::operator delete(p);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};
using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

}  // namespace countersign::base
