// countersign-courier: carries one request to the registry and one reply back (PROTOCOL.md section 10).
//
// It runs unprivileged beside sshd's PAM module or the key helper, holds the host's token and nothing else, writes no
// file and logs nothing: what went wrong stands in the reply. Exit 0 after a reply or a withdrawal.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "common/encoding/wire.h"
#include "helper/courier/errand.h"
#include "helper/courier/registry_transport.h"
#include "helper/courier/settings.h"
#include "helper/courier/verdict.h"

namespace countersign::courier {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::steady_clock;

constexpr base::Seconds kReadWithin{5};
constexpr std::string_view kUsage =
    "usage: countersign-courier --config FILE\n"
    "\n"
    "Carries one request from stdin to the registry and one reply to stdout, in frames that are not for people; it is\n"
    "started by pam_countersign.so and countersign-authorized-keys, as user countersign. The end of stdin withdraws.\n";

void say(int fd, std::string_view text) { (void)!::write(fd, text.data(), text.size()); }

// No core file, no debugger of the same user: the token is in this memory.
void harden() {
  (void)::signal(SIGPIPE, SIG_IGN);
  (void)::umask(077);
  const rlimit none{0, 0};
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::setrlimit(RLIMIT_CORE, &none) != 0) std::_Exit(1);
}

// The text of one frame from stdin, which stays open; nothing when the caller ends or falters before it is whole.
std::optional<std::string> read_bytes(int fd, std::size_t count, base::MonotonicTime deadline) {
  std::string bytes(count, '\0');  // never beyond the frame: what follows it must stay visible as a withdrawal
  std::size_t have = 0;
  while (have < count) {
    const auto left = std::chrono::ceil<base::Milliseconds>(deadline - steady_clock::now()).count();
    pollfd input{fd, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&input, 1, static_cast<int>(left)) : 0;
    if (ready == 0 || (ready < 0 && errno != EINTR)) return std::nullopt;
    if (ready < 0) continue;
    const ssize_t n = ::read(fd, bytes.data() + have, count - have);
    if (n == 0 || (n < 0 && errno != EINTR)) return std::nullopt;
    if (n > 0) have += static_cast<std::size_t>(n);
  }
  return bytes;
}

Result<std::optional<std::string>> read_frame(int fd) {
  const auto deadline = steady_clock::now() + kReadWithin;
  const auto head = read_bytes(fd, 4, deadline);
  if (!head) return std::optional<std::string>();
  const std::size_t size = encoding::WireReader(base::as_bytes(*head)).u32();
  if (size > host::kMaxRequest) return {ErrorCode::bad_courier_message, "a request of more than 80 KiB"};
  return read_bytes(fd, size, deadline);
}

bool write_reply(int fd, const host::CourierReply& reply) {
  const std::string bytes = host::frame(host::print_reply(reply));
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t n = ::write(fd, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::close(fd) == 0;  // the caller waits for the end, not for our exit
}

// Prepares everything that can fail before the errand starts.
Result<RegistryTransport> prepare(const std::string& config_path) {
  if (::geteuid() == 0 || ::getuid() == 0) {
    return {ErrorCode::bad_config, "the courier must not run as root; its caller gives that up"};
  }
  Result<Settings> settings = load_settings(config_path);
  if (!settings) return settings.error();
  return RegistryTransport::create(std::move(*settings), STDIN_FILENO);
}

int run(const std::string& config_path) {
  const auto reply_failed = [](const base::Error& error) {
    return write_reply(STDOUT_FILENO, failed(error.code, error.detail)) ? 0 : 1;
  };
  const Result<std::optional<std::string>> text = read_frame(STDIN_FILENO);
  if (!text) return reply_failed(text.error());
  if (!*text) return 1;  // nobody said what to do
  const auto read_at = steady_clock::now();
  const Result<host::CourierRequest> request = host::parse_request(**text);
  if (!request) return reply_failed({ErrorCode::bad_courier_message, request.error().detail});

  // Whatever blocks where it should not: SIGALRM's default ends the process.
  const auto seconds = std::chrono::ceil<base::Seconds>(request->deadline).count();
  (void)::alarm(static_cast<unsigned>(seconds) + 10);

  Result<RegistryTransport> transport = prepare(config_path);
  if (!transport) return reply_failed(transport.error());
  Errand errand(*transport, *request, read_at + request->deadline);
  const std::optional<host::CourierReply> reply = errand.run();
  const bool written = !reply || write_reply(STDOUT_FILENO, *reply);
  errand.withdraw();
  return written ? 0 : 1;
}

}  // namespace
}  // namespace countersign::courier

int main(int count, char** arguments) {
  using namespace countersign::courier;
  harden();
  const auto argument = [&](int i) { return std::string_view(i < count ? arguments[i] : ""); };
  if (count == 2 && argument(1) == "--help") return say(STDOUT_FILENO, kUsage), 0;
  if (count == 2 && argument(1) == "--version")
    return say(STDOUT_FILENO, "countersign-courier " COUNTERSIGN_VERSION "\n"), 0;
  if (count != 3 || argument(1) != "--config") return say(STDERR_FILENO, kUsage), 2;
  int code = 1;
  try {
    code = run(std::string(argument(2)));
  } catch (const std::exception&) {  // no memory, say; the caller sees a courier that ended without a reply
  }
  // No destructors: libcurl would wait for a resolver thread, and there is nothing to keep.
  std::_Exit(code);
}
