// config/host_config.h: /etc/countersign/countersign.yaml, read by the PAM module, the courier and the CLI.
//
// What comes out has been checked against the schema and against itself; anything else is bad_config, with every fault
// of the file in the detail (config/diagnostics.h), or an error of files/safe_read.h. There is no half-read
// configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/origin.h"
#include "common/base/result.h"
#include "common/files/safe_read.h"
#include "common/policy/rules.h"
#include "common/statement/values.h"

namespace countersign::config {

inline constexpr std::string_view kHostConfigPath = "/etc/countersign/countersign.yaml";

// Where approvals come from; rp_id is always the origin's host.
struct Phone {
  base::Origin origin;
  std::string rp_id;
  bool synced = true;  // passkeys that are copied between devices count; a host's setting
};

struct HostConfig {
  struct Host {
    base::HostName name;
    std::vector<base::GroupName> groups;
  };
  struct Registry {
    base::Origin url;
    std::string token;              // path
    std::optional<std::string> ca;  // path
  };
  struct Challenge {
    base::Milliseconds timeout;
    bool number;
    bool link;
    base::Milliseconds max_trust;
    std::vector<statement::Level> levels;
  };
  struct Records {
    base::Milliseconds fresh;
    base::Milliseconds max_life;
  };
  struct Paths {
    std::string signers;
    std::string cache;
    std::string state;
    std::string courier;
  };

  Host host;
  Registry registry;
  std::optional<Phone> phone;
  Challenge challenge;
  Records records;
  Paths paths;
  base::UserName courier_user;
  policy::Rules rules;
};

// `rules` are for tests; programs leave them at: root's file, every parent root's, at most 64 KiB.
base::Result<HostConfig> load_host_config(std::string_view path, const files::Rules& rules = {});
base::Result<HostConfig> parse_host_config(std::string_view text, std::string_view name_for_errors);

}  // namespace countersign::config
