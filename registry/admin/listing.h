// registry/admin/listing.h: what several subcommands share: reading operands, describing rows, and what an offline user
// forbids.
#pragma once

#include <string>

#include "common/base/ids.h"
#include "registry/admin/site.h"

namespace countersign::registry::admin {

base::Result<base::UserName> user_operand(const Options& options);  // the first operand; bad_usage
base::Result<base::HostName> host_operand(const Options& options);
// The label of --label, else `comment`: one clean line of at most 200 bytes; bad_usage.
base::Result<std::string> label_of(const Options& options, const std::string& comment);
base::Result<std::optional<std::string>> person_of(const Options& options);  // of --person; bad_usage

std::string describe(const store::LoginKey& key);
std::string describe(const store::Approver& approver);

// registry_refused for a user whose records are signed elsewhere: a change here would never reach a host.
base::Result<void> refuse_offline(const Site& site, const base::UserName& name);

}  // namespace countersign::registry::admin
