// A security key in software, for tests: OpenSSH's middleware interface (sk-api.h, version 10, OpenSSH 8.9 and later)
// so that ssh-keygen makes and uses FIDO keys without a device:
//   ssh-keygen -t ed25519-sk -w libsk_dummy.so …
// The key handle is the private key itself, so this protects nothing. The touch is granted whenever it is asked for,
// and user verification too; a key that was made with no-touch-required signs without presence, as a real one does.
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace {

constexpr std::uint32_t api_version = 0x000a0000;
constexpr std::uint32_t alg_ecdsa = 0;
constexpr std::uint32_t alg_ed25519 = 1;
constexpr std::uint8_t want_presence = 0x01;
constexpr std::uint8_t want_verification = 0x04;
constexpr int error_general = -1;
constexpr int error_unsupported = -2;
constexpr std::uint32_t counter = 7;

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using SigPtr = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

// ssh-sk-helper frees what it is given with free().
bool give(View bytes, std::uint8_t** out, std::size_t* size) {
  *out = static_cast<std::uint8_t*>(std::malloc(bytes.size()));
  if (*out == nullptr) return false;
  std::memcpy(*out, bytes.data(), bytes.size());
  *size = bytes.size();
  return true;
}

PkeyPtr generate(std::uint32_t alg) {
  return PkeyPtr(alg == alg_ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "prime256v1"));
}

Bytes public_bytes(EVP_PKEY* key, std::uint32_t alg) {
  Bytes out(alg == alg_ed25519 ? 32 : 65);
  std::size_t size = out.size();
  const int ok = alg == alg_ed25519
                     ? EVP_PKEY_get_raw_public_key(key, out.data(), &size)
                     : EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out.data(), out.size(), &size);
  return ok == 1 ? out : Bytes{};
}

Bytes private_bytes(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(key, &der);
  if (size <= 0) return {};
  const Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Bytes sign_with(EVP_PKEY* key, std::uint32_t alg, View data) {
  const MdCtxPtr context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const EVP_MD* md = alg == alg_ed25519 ? nullptr : EVP_sha256();
  if (EVP_DigestSignInit(context.get(), nullptr, md, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, data.data(), data.size()) != 1) {
    return {};
  }
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, data.data(), data.size()) != 1) return {};
  signature.resize(size);
  return signature;
}

void append_sha256(Bytes& out, View bytes) {
  std::array<std::uint8_t, 32> hash{};
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  out.insert(out.end(), hash.begin(), hash.end());
}

Bytes big_endian(const BIGNUM* number) {
  Bytes out(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, out.data());
  return out;
}

}  // namespace

extern "C" {

struct sk_option;
struct sk_resident_key;

struct sk_enroll_response {
  std::uint8_t flags;
  std::uint8_t* public_key;
  std::size_t public_key_len;
  std::uint8_t* key_handle;
  std::size_t key_handle_len;
  std::uint8_t* signature;
  std::size_t signature_len;
  std::uint8_t* attestation_cert;
  std::size_t attestation_cert_len;
  std::uint8_t* authdata;
  std::size_t authdata_len;
};

struct sk_sign_response {
  std::uint8_t flags;
  std::uint32_t counter;
  std::uint8_t* sig_r;
  std::size_t sig_r_len;
  std::uint8_t* sig_s;
  std::size_t sig_s_len;
};

#define SK_EXPORT __attribute__((visibility("default")))

SK_EXPORT std::uint32_t sk_api_version() { return api_version; }

SK_EXPORT int sk_enroll(std::uint32_t alg, const std::uint8_t* challenge, std::size_t challenge_len, const char*,
                        std::uint8_t flags, const char*, sk_option**, sk_enroll_response** response) {
  if (alg != alg_ecdsa && alg != alg_ed25519) return error_unsupported;
  const PkeyPtr key = generate(alg);
  if (!key) return error_general;
  auto* made = static_cast<sk_enroll_response*>(std::calloc(1, sizeof(sk_enroll_response)));
  if (made == nullptr) return error_general;
  made->flags = flags;
  if (!give(public_bytes(key.get(), alg), &made->public_key, &made->public_key_len) ||
      !give(private_bytes(key.get()), &made->key_handle, &made->key_handle_len) ||
      !give(sign_with(key.get(), alg, {challenge, challenge_len}), &made->signature, &made->signature_len)) {
    return error_general;
  }
  *response = made;
  return 0;
}

SK_EXPORT int sk_sign(std::uint32_t alg, const std::uint8_t* data, std::size_t data_len, const char* application,
                      const std::uint8_t* key_handle, std::size_t key_handle_len, std::uint8_t flags, const char*,
                      sk_option**, sk_sign_response** response) {
  const std::uint8_t* der = key_handle;
  const PkeyPtr key(d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(key_handle_len)));
  auto* made = static_cast<sk_sign_response*>(std::calloc(1, sizeof(sk_sign_response)));
  if (!key || made == nullptr) return error_general;
  made->flags = flags & (want_presence | want_verification);
  made->counter = counter;

  Bytes signed_bytes;
  const std::string_view app(application);
  append_sha256(signed_bytes, {reinterpret_cast<const std::uint8_t*>(app.data()), app.size()});
  signed_bytes.push_back(made->flags);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) signed_bytes.push_back(static_cast<std::uint8_t>(counter >> shift));
  append_sha256(signed_bytes, {data, data_len});

  const Bytes signature = sign_with(key.get(), alg, signed_bytes);
  bool ok = false;
  if (alg == alg_ed25519) {
    ok = give(signature, &made->sig_r, &made->sig_r_len);
  } else {
    const unsigned char* at = signature.data();
    const SigPtr numbers(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())));
    ok = numbers && give(big_endian(ECDSA_SIG_get0_r(numbers.get())), &made->sig_r, &made->sig_r_len) &&
         give(big_endian(ECDSA_SIG_get0_s(numbers.get())), &made->sig_s, &made->sig_s_len);
  }
  if (!ok) return error_general;
  *response = made;
  return 0;
}

SK_EXPORT int sk_load_resident_keys(const char*, sk_option**, sk_resident_key***, std::size_t* count) {
  *count = 0;
  return error_unsupported;
}

}  // extern "C"
