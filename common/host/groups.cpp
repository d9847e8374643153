#include "common/host/groups.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace countersign::host {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// Some directories list no members with a group; a user's own list then has it. It only adds: a list that comes back
// short is no proof.
bool listed_for_user(const Account& account, gid_t group) {
  constexpr int kMost = 65536;
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  while (::getgrouplist(account.name.str().c_str(), account.gid, groups.data(), &count) < 0) {
    if (static_cast<int>(groups.size()) >= kMost) return false;
    groups.resize(std::clamp(static_cast<std::size_t>(std::max(count, 0)), groups.size() * 2, std::size_t{kMost}));
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool has_member(const group& entry, const std::string& user) {
  for (char* const* member = entry.gr_mem; *member != nullptr; ++member) {
    if (user == *member) return true;
  }
  return false;
}

}  // namespace

Result<bool> load_membership(const std::string& name, const Account& account) {
  constexpr std::size_t kEnough = std::size_t{1} << 24U;  // a group of some hundred thousand
  std::vector<char> storage(16384);
  group entry{};
  group* found = nullptr;
  int error = ::getgrnam_r(name.c_str(), &entry, storage.data(), storage.size(), &found);
  while (error == ERANGE && storage.size() < kEnough) {
    storage.resize(storage.size() * 4);
    error = ::getgrnam_r(name.c_str(), &entry, storage.data(), storage.size(), &found);
  }
  if (error != 0) return Error(ErrorCode::group_lookup_failed, name + ": getgrnam_r: " + ::strerror(error));
  if (found == nullptr) return Error(ErrorCode::group_lookup_failed, name + ": the system knows no such group");
  if (name != found->gr_name) {
    return Error(ErrorCode::group_lookup_failed, name + " is " + found->gr_name + " in the group database");
  }
  if (found->gr_gid == account.gid || has_member(*found, account.name.str())) return true;
  return listed_for_user(account, found->gr_gid);
}

}  // namespace countersign::host
