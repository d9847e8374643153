// authorized_keys/options.h: the command line, as it stands in sshd_config's AuthorizedKeysCommand.
//
// Paths are absolute; an unknown, repeated or incomplete flag is bad_usage: sshd then gets no keys and logs the exit
// code.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/policy/record.h"

namespace countersign::authorized_keys {

struct Options {
  explicit Options(base::HostName host) : identity{.host = std::move(host), .groups = {}} {}

  policy::HostIdentity identity;
  std::string signers = "/etc/countersign/signers";
  std::string cache = "/var/cache/countersign";
  std::string config = "/etc/countersign/countersign.yaml";  // for the courier; not read here
  std::string courier = "/usr/libexec/countersign/countersign-courier";
  base::Seconds fresh{60};
  base::Seconds max_life{7 * 24 * 3600};
  std::optional<std::string> chain;
  bool explain = false;
  std::string user;                        // as typed; not yet a name
  std::optional<std::string> fingerprint;  // as sshd gave it
};

base::Result<Options> parse_options(std::span<const std::string_view> arguments);

std::string_view usage();

}  // namespace countersign::authorized_keys
