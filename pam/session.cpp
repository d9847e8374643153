#include <security/pam_modules.h>

#include <string>

#include "pam/audit.h"
#include "pam/auth_info.h"
#include "pam/decide.h"
#include "pam/login.h"
#include "pam/outcome.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

// Has the auth phase decided, as far as the session phase can know it?
Result<bool> find_decision(const Surroundings& around, Audit& audit) {
  if (auto settings = around.machine.load_settings(); !settings) {
    return settings.error();
  } else {
    audit.host = settings->host.host.name.str();
  }
  const auto user = around.port.user();
  if (!user) return {ErrorCode::unknown_user, "PAM has no user"};
  audit.user = *user;
  if (auto account = around.machine.load_account(*user); !account) return account.error();
  audit.service = around.port.service().value_or("");

  const auto connection = around.port.environment("SSH_CONNECTION");
  if (!connection) {
    if (around.port.marked_admitted()) return true;
    return {ErrorCode::no_prompt_possible, "this service had no auth phase that admitted"};
  }
  audit.address = connection->substr(0, connection->find(' '));
  const auto text = around.port.environment("SSH_AUTH_INFO_0");
  if (!text || text->empty()) return {ErrorCode::no_prompt_possible, "SSH_AUTH_INFO_0 is empty"};
  const auto info = parse_auth_info(*text);
  if (!info) return info.error();
  if (info->keys.empty()) return {ErrorCode::no_publickey, "SSH_AUTH_INFO_0 holds no publickey line"};
  audit.login_key = info->keys.front().fingerprint();
  return info->keyboard_interactive;
}

}  // namespace

int open_session(const Surroundings& around) {
  Audit audit(around.sink, Audit::Phase::session);
  const auto decided = find_decision(around, audit);
  if (!decided) {
    audit.denied(decided.error());
    around.port.tell(user_text(decided.error().code, {}));
    return pam_result(decided.error().code);
  }
  if (*decided) return PAM_SUCCESS;
  return decide_login(around, audit, Prompt::impossible);
}

}  // namespace countersign::pam
