// sshsig/client_data.h: the clientDataJSON of a WebAuthn assertion (PROTOCOL.md section 5.3).
//
// The bytes are read twice: as the prefix that OpenSSH rebuilds, so that stock ssh-keygen accepts whatever we accept,
// and as strict JSON, so that nothing later in the object can say otherwise. Unknown members are allowed, a name that
// stands twice is not.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/result.h"

namespace countersign::sshsig {

inline constexpr std::size_t max_client_data = 8192;

struct ClientData {
  std::string type;
  std::string challenge;
  std::string origin;           // unescaped
  std::string_view raw_origin;  // as it stands between the quotes; points into the bytes that were parsed
  bool cross_origin = false;
  bool has_top_origin = false;
};

// One JSON object (RFC 8259), UTF-8, nothing around it, at most 8 levels deep: bad_client_data otherwise.
base::Result<ClientData> parse_client_data(std::string_view json);

struct ClientDataExpectation {
  base::ByteView challenge;     // the bytes the challenge must carry
  std::string_view raw_origin;  // the signature's origin field
  std::string_view origin;      // the configured origin
};

// bad_client_data, or wrong_origin for an origin that is not the configured one.
base::Result<void> check_client_data(std::string_view json, const ClientDataExpectation& expected);

}  // namespace countersign::sshsig
