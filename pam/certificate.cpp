#include "pam/certificate.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "common/encoding/wire.h"

namespace countersign::pam {
namespace {

constexpr std::size_t kMaxPart = 16384;

struct CertificateType {
  std::string_view name;
  std::string_view plain;
  int parts;  // strings between the nonce and the serial: they are the plain key's
};

constexpr std::array kTypes = {
    CertificateType{"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1},
    CertificateType{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2},
    CertificateType{"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2},
    CertificateType{"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2},
    CertificateType{"ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2},
    CertificateType{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2},
    CertificateType{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", 3},
};

}  // namespace

base::Result<crypto::PublicKey> plain_key(base::ByteView blob) {
  encoding::WireReader reader(blob);
  const auto type = reader.text(kMaxPart);
  const auto* const found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                         [&](const CertificateType& each) { return each.name == type; });
  if (found == std::end(kTypes)) return crypto::PublicKey::from_blob(blob);

  encoding::WireWriter plain;
  plain.string(found->plain);
  reader.string(kMaxPart);  // nonce
  for (int part = 0; part < found->parts; ++part) plain.string(reader.string(kMaxPart));
  reader.bytes(8);          // serial
  reader.u32();             // type
  reader.string(kMaxPart);  // key id
  reader.string(kMaxPart);  // principals
  reader.bytes(16);         // valid after, valid before
  reader.string(kMaxPart);  // critical options
  reader.string(kMaxPart);  // extensions
  reader.string(kMaxPart);  // reserved
  reader.string(kMaxPart);  // signature key
  reader.string(kMaxPart);  // signature
  if (auto whole = reader.finish(); !whole) return whole.error();
  return crypto::PublicKey::from_blob(plain.view());
}

}  // namespace countersign::pam
