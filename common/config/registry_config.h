// config/registry_config.h: /etc/countersign-registry/registry.yaml, read by countersign-registry.
//
// Checked like the host's file (config/host_config.h). Also: tls.certificate and tls.key together or not at all, and no
// plain HTTP on an address that others can reach, unless behind_proxy says who ends TLS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/host_pattern.h"
#include "common/base/origin.h"
#include "common/base/result.h"
#include "common/config/host_config.h"
#include "common/config/values.h"
#include "common/files/safe_read.h"

namespace countersign::config {

inline constexpr std::string_view kRegistryConfigPath = "/etc/countersign-registry/registry.yaml";

struct RegistryConfig {
  struct Tls {
    std::string certificate;  // path
    std::string key;          // path
  };
  struct Records {
    base::Milliseconds life;
    base::Milliseconds resign_after;
  };
  struct Push {
    std::string contact;  // mailto: or https:; empty where nothing fit is known
    std::vector<base::HostPattern> hosts;
    std::vector<base::HostPattern> private_hosts;
    std::optional<std::string> ca;  // path
    std::string vapid_key;          // path
  };
  struct Limits {
    std::int64_t connections;
    std::int64_t body;
    std::int64_t pending_per_user;
    std::int64_t challenges_per_minute;
  };

  ListenAddress listen;
  base::Origin url;
  bool behind_proxy;
  std::string database;     // path
  std::string signing_key;  // path
  std::optional<Tls> tls;
  std::optional<Phone> phone;
  bool registry_endorses;  // approvers.endorsed_by
  Records records;
  base::Milliseconds challenge_max_life;
  Push push;
  Limits limits;
};

base::Result<RegistryConfig> load_registry_config(std::string_view path, const files::Rules& rules = {});
base::Result<RegistryConfig> parse_registry_config(std::string_view text, std::string_view name_for_errors);

}  // namespace countersign::config
