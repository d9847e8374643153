// cli/child.h: one child process that shares this program's terminal, fed with text and heard to its end.
//
// For ssh-keygen, which asks for a passphrase or a touch on the terminal itself; so the child keeps session, terminal,
// environment and stderr. (common/host/child_process.h does the opposite, for children of sshd.)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::cli {

struct Finished {
  int exit_code = 0;  // 128 + N for a child that signal N ended
  std::string output;
};

// argv[0] is looked up in PATH. The whole input is written before the output is read, so the child must read its input
// to the end first, as `ssh-keygen -Y sign` does. io_error when it cannot be started; too_large for more than `most`
// bytes of output.
base::Result<Finished> run_child(const std::vector<std::string>& argv, std::string_view input, std::size_t most);

}  // namespace countersign::cli
