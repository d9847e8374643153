// crypto/openssl.h: owning handles of OpenSSL's types. For this room's .cpp files only.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "common/base/handle.h"
#include "common/crypto/algorithms.h"

namespace countersign::crypto {

using PkeyPtr = std::unique_ptr<EVP_PKEY, base::Deleter<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, base::Deleter<EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, base::Deleter<EVP_MD_CTX_free>>;
using BnPtr = std::unique_ptr<BIGNUM, base::Deleter<BN_clear_free>>;  // wipes: some hold private numbers
using BnCtxPtr = std::unique_ptr<BN_CTX, base::Deleter<BN_CTX_free>>;

inline const EVP_MD* evp_md(Hash hash) {
  switch (hash) {
    case Hash::sha256: return EVP_sha256();
    case Hash::sha384: return EVP_sha384();
    case Hash::sha512: return EVP_sha512();
  }
  return nullptr;
}

}  // namespace countersign::crypto
