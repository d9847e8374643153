// registry/admin/qr.h: a QR code as text, half a character a module: two rows of modules in one line.
//
// Level L, a margin of two modules, at most 41 by 21 characters, so that it fits a terminal of 24 lines. In colour it
// is black on white whatever the terminal's own colours are; without, light modules are drawn, as a dark terminal needs
// it.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::registry::admin {

enum class QrLook { coloured, plain };

// too_large for a text that does not fit, internal when the library fails.
base::Result<std::string> draw_qr(std::string_view text, QrLook look);

}  // namespace countersign::registry::admin
