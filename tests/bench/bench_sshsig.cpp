// What an SSHSIG verification costs beside the bare OpenSSL operations that it cannot do without: the hash of the
// message, the import of the key, the verify. Both sides start from bytes, and run in turns so that the machine's mood
// hits both; the ratio of the medians is what counts (aim: at most 1.1). Ours includes the armor, the blob, the checks
// of the key and the rebuilding of the signed bytes.
#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "common/base/handle.h"
#include "common/crypto/digest.h"
#include "common/encoding/wire.h"
#include "common/sshsig/armor.h"
#include "common/sshsig/sign.h"
#include "common/sshsig/verify.h"

namespace {

using namespace countersign;
using base::Bytes;
using crypto::KeyType;
using PkeyPtr = std::unique_ptr<EVP_PKEY, base::Deleter<EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, base::Deleter<EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, base::Deleter<EVP_MD_CTX_free>>;

void must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "bench_sshsig: %s\n", what);
  std::abort();
}

struct Case {
  KeyType type;
  std::string message;
  Bytes key_blob;
  std::string armor;

  // The bare side's inputs, prepared beforehand.
  Bytes key_numbers[2];  // Ed25519 key or EC point; RSA: modulus and exponent in native byte order
  Bytes signature;       // as OpenSSL wants it
  Bytes signed_data;
};

Bytes der_of(base::ByteView value) {
  encoding::WireReader reader(value);
  encoding::WireWriter body;
  for (int i = 0; i < 2; ++i) {
    const auto number = reader.string(100);
    body.u8(0x02).u8(static_cast<std::uint8_t>(number.size())).raw(number);
  }
  return encoding::WireWriter().u8(0x30).u8(static_cast<std::uint8_t>(body.view().size())).raw(body.view()).take();
}

Bytes reversed(base::ByteView bytes) { return {bytes.rbegin(), bytes.rend()}; }

Case prepare(KeyType type, std::size_t message_size) {
  const auto key = crypto::PrivateKey::generate(type, 3072).value();
  Case made{type, std::string(message_size, 'm'), key.public_key().blob(), {}, {}, {}, {}};
  const auto signature = sshsig::sign(key, "answer.v1@countersign", base::as_bytes(made.message)).value();
  made.armor = sshsig::print_armor(sshsig::serialize(signature));
  made.signed_data = sshsig::signed_data("answer.v1@countersign", crypto::Hash::sha512,
                                         crypto::digest(crypto::Hash::sha512, base::as_bytes(made.message)));
  encoding::WireReader reader(made.key_blob);
  reader.string(64);
  const auto first = reader.string(1000);
  const auto second = reader.at_end() ? base::ByteView{} : reader.string(1000);
  if (type == KeyType::rsa) {
    made.key_numbers[0] = reversed(second);
    made.key_numbers[1] = reversed(first);
  } else {
    const auto value = type == KeyType::ed25519 ? first : second;
    made.key_numbers[0].assign(value.begin(), value.end());
  }
  const auto& value = signature.signature.value;
  made.signature = type == KeyType::ecdsa_p256 ? der_of(value) : value;
  return made;
}

PkeyPtr import_bare(Case& c) {
  if (c.type == KeyType::ed25519) {
    return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, c.key_numbers[0].data(), 32));
  }
  std::array<OSSL_PARAM, 3> params{};
  std::string group = "prime256v1";
  if (c.type == KeyType::rsa) {
    params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, c.key_numbers[0].data(), c.key_numbers[0].size());
    params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, c.key_numbers[1].data(), c.key_numbers[1].size());
  } else {
    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0);
    params[1] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, c.key_numbers[0].data(), c.key_numbers[0].size());
  }
  params[2] = OSSL_PARAM_construct_end();
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, c.type == KeyType::rsa ? "RSA" : "EC", nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.data());
  return PkeyPtr(key);
}

void verify_bare(Case& c) {
  const EVP_MD* md = c.type == KeyType::ed25519 ? nullptr : c.type == KeyType::rsa ? EVP_sha512() : EVP_sha256();
  std::array<unsigned char, 64> hash{};
  EVP_Digest(c.message.data(), c.message.size(), hash.data(), nullptr, EVP_sha512(), nullptr);
  benchmark::DoNotOptimize(hash);
  const PkeyPtr key = import_bare(c);
  const MdCtxPtr context(EVP_MD_CTX_new());
  must(EVP_DigestVerifyInit(context.get(), nullptr, md, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), c.signature.data(), c.signature.size(), c.signed_data.data(),
                            c.signed_data.size()) == 1,
       "the bare verify fails");
}

void verify_ours(const Case& c) {
  const auto key = crypto::PublicKey::from_blob(c.key_blob);
  const auto signature = sshsig::parse_armored_signature(c.armor);
  must(key && signature &&
           sshsig::verify(*signature, *key, "answer.v1@countersign", base::as_bytes(c.message), {}).has_value(),
       "our verify fails");
}

template <typename Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void compare(benchmark::State& state, Case c) {
  std::vector<double> bare;
  std::vector<double> ours;
  for ([[maybe_unused]] auto turn : state) {
    bare.push_back(seconds([&] { verify_bare(c); }));
    ours.push_back(seconds([&] { verify_ours(c); }));
    state.SetIterationTime(ours.back());
  }
  const double bare_median = median(bare);
  const double ours_median = median(ours);
  state.counters["bare_us"] = bare_median * 1e6;
  state.counters["sshsig_us"] = ours_median * 1e6;
  state.counters["ratio"] = ours_median / bare_median;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const struct {
    const char* name;
    KeyType type;
  } types[] = {{"ed25519", KeyType::ed25519}, {"p256", KeyType::ecdsa_p256}, {"rsa3072", KeyType::rsa}};
  for (const auto& [name, type] : types) {
    for (const std::size_t size : {std::size_t{1024}, std::size_t{65536}}) {
      const Case c = prepare(type, size);
      const std::string label = std::string(name) + "/" + std::to_string(size / 1024) + "k";
      benchmark::RegisterBenchmark(label.c_str(), compare, c)
          ->UseManualTime()
          ->Iterations(4000)
          ->Unit(benchmark::kMicrosecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
