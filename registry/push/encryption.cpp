#include "registry/push/encryption.h"

#include <algorithm>
#include <array>

#include "common/crypto/aes_gcm.h"
#include "common/crypto/hkdf.h"
#include "common/crypto/random.h"

namespace countersign::registry::push {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// With the zero byte at their end (RFC 8188 sections 2.2 and 2.3, RFC 8291 section 3.4).
constexpr std::string_view kKeyInfo{"Content-Encoding: aes128gcm\0", 28};
constexpr std::string_view kNonceInfo{"Content-Encoding: nonce\0", 24};
constexpr std::string_view kPushInfo{"WebPush: info\0", 14};
constexpr std::uint8_t kLastRecord = 2;  // the delimiter
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kSecretBytes = 32;
constexpr std::array<std::uint8_t, 4> kRecordSize{0, 0, 0x10, 0};  // 4096: more than any message

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace

Bytes encode_aes128gcm(std::string_view text, ByteView secret, ByteView salt, ByteView key_id, std::size_t padded) {
  const auto key = crypto::hkdf_sha256(secret, salt, base::as_bytes(kKeyInfo), crypto::aes_gcm_key_size);
  const auto nonce = crypto::hkdf_sha256(secret, salt, base::as_bytes(kNonceInfo), crypto::aes_gcm_nonce_size);
  Bytes record(text.begin(), text.end());
  record.push_back(kLastRecord);
  record.resize(std::max(record.size(), padded));
  Bytes body(salt.begin(), salt.end());
  append(body, kRecordSize);
  body.push_back(static_cast<std::uint8_t>(key_id.size()));
  append(body, key_id);
  append(body, crypto::seal_aes128_gcm(key, nonce, record));
  return body;
}

Bytes seal_with(std::string_view text, const Subscription& to, const crypto::P256Key& sender, ByteView salt,
                std::size_t padded) {
  Bytes info(kPushInfo.begin(), kPushInfo.end());
  append(info, to.p256dh.bytes());
  append(info, sender.point().bytes());
  const auto secret = crypto::hkdf_sha256(sender.shared_secret(to.p256dh), to.auth, info, kSecretBytes);
  return encode_aes128gcm(text, secret, salt, sender.point().bytes(), padded);
}

Result<Bytes> seal(std::string_view text, const Subscription& to) {
  if (text.size() + 1 > kPaddedBytes) return Error(ErrorCode::too_large, "a push of more than 2047 bytes");
  return seal_with(text, to, crypto::P256Key::generate(), crypto::random_bytes(kSaltBytes), kPaddedBytes);
}

}  // namespace countersign::registry::push
