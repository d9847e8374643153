#include "pam/claim.h"

#include <string>
#include <utility>

#include "pam/auth_info.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

Result<void> read_keys(Port& port, Claim& claim, Audit& audit) {
  const auto text = port.environment("SSH_AUTH_INFO_0");
  if (!claim.connection) {
    // A variable that is missing must not be what drops the demand for a key.
    if (text || port.terminal() == "ssh") return {ErrorCode::no_publickey, "sshd, but SSH_CONNECTION is not set"};
    return {};  // another service, which knows no login key
  }
  if (!text) return {ErrorCode::no_publickey, "SSH_AUTH_INFO_0 is not set"};
  auto info = parse_auth_info(*text);
  if (!info) return info.error();
  if (info->keys.empty()) return {ErrorCode::no_publickey, "SSH_AUTH_INFO_0 holds no publickey line"};
  claim.keys = std::move(info->keys);
  audit.login_key = claim.keys.front().fingerprint();
  return {};
}

}  // namespace

Result<Claim> load_claim(Port& port, Machine& machine, Audit& audit) {
  const auto user = port.user();
  if (!user) return {ErrorCode::unknown_user, "PAM has no user"};
  audit.user = *user;
  auto account = machine.load_account(*user);
  if (!account) return account.error();
  auto service = base::ServiceName::parse(port.service().value_or(""));
  if (!service) return service.error().within("PAM_SERVICE");
  audit.service = service->str();

  Claim claim{.account = std::move(*account), .service = std::move(*service), .connection = std::nullopt, .keys = {}};
  if (const auto text = port.environment("SSH_CONNECTION")) {
    auto connection = statement::Connection::normalize(*text);
    if (!connection) return connection.error().within("SSH_CONNECTION");
    claim.address = connection->client();
    claim.connection = std::move(*connection);
  } else if (auto address = base::Address::normalize(port.remote_host().value_or("")); address) {
    claim.address = std::move(*address);  // a name is no address, and no resolver is asked
  }
  audit.address = claim.address.str();
  if (auto keys = read_keys(port, claim, audit); !keys) return keys.error();
  return claim;
}

}  // namespace countersign::pam
