// host/groups.h: who is in a group, as the system's databases say.
//
// A directory that does not answer must not look like "not a member": each group is looked up by its name first
// (getgrnam_r), whose failure is told, unlike getgrouplist's, which then names the primary group alone.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/host/account.h"

namespace countersign::host {

// group_lookup_failed for a group that the system does not know, knows under another name, or cannot be asked about.
base::Result<bool> load_membership(const std::string& group, const Account& account);

}  // namespace countersign::host
