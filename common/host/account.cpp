#include "common/host/account.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include <vector>

namespace countersign::host {

using base::ErrorCode;
using base::Result;

Result<Account> load_account(const std::string& name) {
  constexpr std::size_t kEnough = std::size_t{1} << 20U;
  std::vector<char> storage(4096);
  passwd entry{};
  passwd* found = nullptr;
  int error = ::getpwnam_r(name.c_str(), &entry, storage.data(), storage.size(), &found);
  while (error == ERANGE && storage.size() < kEnough) {
    storage.resize(storage.size() * 2);
    error = ::getpwnam_r(name.c_str(), &entry, storage.data(), storage.size(), &found);
  }
  if (error != 0) return {ErrorCode::io_error, std::string("getpwnam_r: ") + ::strerror(error)};
  if (found == nullptr) return {ErrorCode::unknown_user, "the user database does not know " + name};
  if (name != found->pw_name) {
    return {ErrorCode::unknown_user, name + " is " + found->pw_name + " in the user database"};
  }
  auto checked = base::UserName::parse(name);
  if (!checked) return {ErrorCode::unknown_user, checked.error().detail};
  return Account{std::move(*checked), found->pw_uid, found->pw_gid};
}

}  // namespace countersign::host
