#include "registry/admin/command.h"

namespace countersign::registry::admin {
namespace {

constexpr std::string_view kIntroduction =
    R"(countersign-registry: login keys, approvers and challenges for Countersign.

Usage: countersign-registry COMMAND [OPTION…]
       countersign-registry COMMAND --help
       countersign-registry --version

Commands:
)";

constexpr std::string_view kClosing = R"(
All commands but init take --config FILE (default /etc/countersign-registry/registry.yaml) and may run beside the
server: it sees their changes at once. Run them as root or as the user the registry runs as.

A first site:
  countersign-registry init --url https://registry.example.com
  countersign-registry user add alice --hosts '@web'
  countersign-registry key add alice ~alice/.ssh/id_ed25519.pub
  countersign-registry pair alice
  countersign-registry host add web-01 --group web > token
  countersign-registry serve

Exit codes: 0 done; 1 refused; 2 misused. Manual: countersign-registry(8).
)";

}  // namespace

command::Program program() {
  command::Program program{"countersign-registry", kIntroduction, kClosing, {}};
  for (const auto group : {init_commands(), serve_commands(), user_commands(), key_commands(), approver_commands(),
                           pair_commands(), host_commands(), record_commands()}) {
    program.commands.insert(program.commands.end(), group.begin(), group.end());
  }
  return program;
}

}  // namespace countersign::registry::admin
