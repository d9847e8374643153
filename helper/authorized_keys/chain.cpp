#include "helper/authorized_keys/chain.h"

#include <sys/wait.h>

#include <cstddef>
#include <limits>

#include "common/files/safe_read.h"
#include "common/host/child_process.h"

namespace countersign::authorized_keys {

using base::ErrorCode;
using base::Result;

Result<std::string> run_chain(const std::string& program, const std::vector<std::string>& arguments,
                              base::MonotonicTime deadline) {
  const files::Rules rules{.owner = 0, .max_bytes = std::numeric_limits<std::size_t>::max()};
  if (const auto safe = files::open_safely(program, rules); !safe) return safe.error();

  host::ChildSpec spec{
      .argv = {program}, .environment = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C"}, .run_as = {}};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  Result<host::ChildProcess> child = host::ChildProcess::start(spec);
  if (!child) return child.error().within(program);
  child->close_stdin();
  constexpr std::size_t kMostOutput = std::size_t{256} * 1024;
  const Result<base::ByteView> output = child->read_to_end(kMostOutput, deadline);
  if (!output) {
    child->stop(base::Milliseconds(0));
    return output.error().within(program);
  }
  const auto status = child->wait(deadline);
  if (!status) {
    child->stop(base::Milliseconds(0));
    return {ErrorCode::deadline_passed, program + ": closed its output and did not end"};
  }
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    return {ErrorCode::courier_failed,
            program + (WIFEXITED(*status) ? ": exit " + std::to_string(WEXITSTATUS(*status))
                                          : ": ended by signal " + std::to_string(WTERMSIG(*status)))};
  }
  return std::string(base::as_text(*output));
}

}  // namespace countersign::authorized_keys
