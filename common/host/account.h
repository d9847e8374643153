// host/account.h: whose login it is, as the system's user database names them.
#pragma once

#include <sys/types.h>

#include <string>

#include "common/base/ids.h"
#include "common/base/result.h"

namespace countersign::host {

struct Account {
  base::UserName name;
  uid_t uid;
  gid_t gid;
};

// unknown_user when getpwnam knows no such user, or knows it under another name than the one given: a directory that
// folds case would otherwise let ALICE walk around a rule for alice. io_error when the database cannot be asked.
base::Result<Account> load_account(const std::string& name);

}  // namespace countersign::host
