#include "registry/admin/qr.h"

#include <qrencode.h>

#include <memory>

#include "common/base/handle.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

using QrPtr = std::unique_ptr<QRcode, base::Deleter<QRcode_free>>;

constexpr int kMargin = 2;
constexpr int kMostColumns = 41;
// Of the 256 colours everybody's terminal has, the two whose values no theme changes.
constexpr std::string_view kBlackOnWhite = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view kReset = "\x1b[0m";

class Modules {
 public:
  explicit Modules(QrPtr code) : code_(std::move(code)) {}

  [[nodiscard]] int side() const { return code_->width + 2 * kMargin; }
  // Of the code with its margin; outside it is light.
  [[nodiscard]] bool dark(int x, int y) const {
    x -= kMargin;
    y -= kMargin;
    if (x < 0 || y < 0 || x >= code_->width || y >= code_->width) return false;
    const std::size_t at =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(code_->width) + static_cast<std::size_t>(x);
    return (code_->data[at] & 1U) != 0;
  }

 private:
  QrPtr code_;
};

std::string_view half_blocks(bool upper, bool lower) {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}

}  // namespace

Result<std::string> draw_qr(std::string_view text, QrLook look) {
  const std::string terminated(text);
  QrPtr code(QRcode_encodeString8bit(terminated.c_str(), 0, QR_ECLEVEL_L));
  if (!code) return Error(ErrorCode::internal, "the QR code cannot be made");
  const Modules modules(std::move(code));
  if (modules.side() > kMostColumns) return Error(ErrorCode::too_large, "the address is too long for a QR code here");
  const bool coloured = look == QrLook::coloured;
  std::string drawn;
  for (int y = 0; y < modules.side(); y += 2) {
    if (coloured) drawn.append(kBlackOnWhite);
    for (int x = 0; x < modules.side(); ++x) {
      const bool upper = modules.dark(x, y);
      const bool lower = modules.dark(x, y + 1);
      drawn.append(coloured ? half_blocks(upper, lower) : half_blocks(!upper, !lower));
    }
    drawn.append(coloured ? kReset : "").append("\n");
  }
  return drawn;
}

}  // namespace countersign::registry::admin
