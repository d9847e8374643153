// registry/push/encryption.h: what only the browser that subscribed can read: RFC 8291 over the aes128gcm coding of RFC
// 8188, one record a message.
//
// Every message is padded to the same size, so that its length tells the push service nothing.
#pragma once

#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "registry/push/subscription.h"

namespace countersign::registry::push {

inline constexpr std::size_t kPaddedBytes = 2048;  // of text, delimiter and padding together (PROTOCOL.md section 9.6)

// The body of a push, with a sender's key and a salt that are used once. too_large for a text that does not fit.
base::Result<base::Bytes> seal(std::string_view text, const Subscription& to);

// The parts, for the vectors of the RFCs. A `padded` smaller than text and delimiter adds no padding.
base::Bytes encode_aes128gcm(std::string_view text, base::ByteView secret, base::ByteView salt, base::ByteView key_id,
                             std::size_t padded);
base::Bytes seal_with(std::string_view text, const Subscription& to, const crypto::P256Key& sender, base::ByteView salt,
                      std::size_t padded);

}  // namespace countersign::registry::push
