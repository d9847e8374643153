// crypto/digest.h: SHA-2, whole or in pieces.
//
// A hash that cannot be computed (a broken OpenSSL) throws CryptoUnavailable rather than give bytes that are no hash;
// each C boundary turns that into a denial.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "common/base/bytes.h"
#include "common/crypto/algorithms.h"

namespace countersign::crypto {

struct CryptoUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::array<std::uint8_t, 32> sha256(base::ByteView bytes);
std::array<std::uint8_t, 64> sha512(base::ByteView bytes);
base::Bytes digest(Hash hash, base::ByteView bytes);

// For input that does not stand in memory at once.
class Digest {
 public:
  explicit Digest(Hash hash);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  Digest& update(base::ByteView bytes);
  // Ends the computation; the object can only be destroyed or assigned to afterwards.
  [[nodiscard]] base::Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// For a short-lived program that only hashes and verifies, first thing in main(): OpenSSL starts without reading
// openssl.cnf, without its error texts and without its tables of legacy names, which none of this room's code needs;
// that is two thirds of its start-up time. A site that configures providers in openssl.cnf (FIPS) must not have it
// skipped behind its back, so it is the program's choice.
void start_lean();

}  // namespace countersign::crypto
