// countersign-authorized-keys: sshd's AuthorizedKeysCommand.
//
// Prints the login keys of one user on this host from a verified record, or nothing. It runs unprivileged, ends within
// two seconds whatever blocks, and says nothing on stdout until everything is known. Exit 0 also without keys; 1 for an
// internal fault, 2 for misuse, both without output.
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/digest.h"
#include "common/files/safe_read.h"
#include "common/host/courier_child.h"
#include "common/log/event.h"
#include "helper/authorized_keys/chain.h"
#include "helper/authorized_keys/explain.h"
#include "helper/authorized_keys/lines.h"
#include "helper/authorized_keys/lookup.h"
#include "helper/authorized_keys/options.h"

namespace countersign::authorized_keys {
namespace {

using base::ErrorCode;
using base::Milliseconds;
using base::Result;
using std::chrono::steady_clock;

// Within sshd's patience: the chain gets what our own part leaves.
constexpr Milliseconds kOwnPart{1700};
constexpr Milliseconds kOwnPartBeforeChain{1200};
constexpr Milliseconds kChainUntil{1850};
constexpr Milliseconds kLastResort{1950};
constexpr Milliseconds kCourierSlack{100};  // for its reply to arrive
constexpr Milliseconds kForAPerson{5000};   // --explain

volatile sig_atomic_t writing = 0;

// Whatever blocked beyond its own deadline (a name service, a disk): no keys. What may be half written does not count.
void out_of_time(int /*signal*/) { ::_exit(writing == 0 ? 0 : 1); }

void harden() {
  (void)::umask(077);
  const rlimit none{0, 0};
  if (::prctl(PR_SET_DUMPABLE, 0) != 0 || ::setrlimit(RLIMIT_CORE, &none) != 0) std::_Exit(1);
  (void)::signal(SIGPIPE, SIG_IGN);  // sshd may stop reading early; dying of it would lose the login
  (void)::signal(SIGCHLD, SIG_DFL);
}

void set_alarm(Milliseconds after) {
  (void)::signal(SIGALRM, out_of_time);
  sigset_t alarm_only;
  (void)::sigemptyset(&alarm_only);
  (void)::sigaddset(&alarm_only, SIGALRM);
  (void)::sigprocmask(SIG_UNBLOCK, &alarm_only, nullptr);  // a mask is inherited through exec
  const itimerval timer{.it_interval = {},
                        .it_value = {.tv_sec = after.count() / 1000, .tv_usec = after.count() % 1000 * 1000}};
  if (::setitimer(ITIMER_REAL, &timer, nullptr) != 0) std::_Exit(1);
}

bool write_all(int fd, std::string_view text) {
  writing = 1;
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return errno == EPIPE;  // sshd has found its key and reads no further
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The name that every part of the system uses for this account (a case-folding directory answers to several).
Result<base::UserName> account_of(const std::string& typed) {
  const Result<base::UserName> user = base::UserName::parse(typed);
  if (!user) return {ErrorCode::unknown_user, "not a user name"};
  const passwd* const account = ::getpwnam(typed.c_str());
  if (account == nullptr) return {ErrorCode::unknown_user, "no such account on this host"};
  if (user->str() != account->pw_name) {
    return {ErrorCode::unknown_user, "the account's own name is " + std::string(account->pw_name)};
  }
  return user;
}

Result<keys::Signers> load_signers(const std::string& path) {
  const auto text = files::read_safely(path, files::Rules{});
  if (!text) return text.error();
  return keys::Signers::parse(*text, path);
}

Ask ask_by_courier(const base::UserName& user, const host::CourierSettings& settings, base::MonotonicTime deadline) {
  return [=](const std::optional<std::string>& etag) -> Result<host::CourierReply> {
    const auto left = std::chrono::floor<Milliseconds>(deadline - steady_clock::now()) - kCourierSlack;
    if (left < Milliseconds(1)) return {ErrorCode::deadline_passed, "no time is left to ask the registry"};
    auto courier = host::CourierChild::start(
        settings, {.task = host::CourierTask::record, .user = user, .etag = etag, .deadline = left, .challenge = {}});
    if (!courier) return courier.error();
    auto reply = courier->await(deadline);
    courier->withdraw(Milliseconds(0));  // a fetch leaves nothing to take back
    return reply;
  };
}

void log_lookup(log::Sink& sink, const base::UserName& user, const Lookup& found, std::size_t count) {
  if (found.source == Source::fresh) return;  // the plain case, once or twice a login
  log::Event event("key_lookup");
  event.with("user", user.str()).with("source", to_string(found.source)).with("keys", count);
  if (found.record) event.with("serial", (*found.record)->serial);
  if (found.remembered) event.with("remembered", host::to_string(*found.remembered));
  if (found.trouble) event.with(*found.trouble);
  if (found.not_stored) event.with("not_stored", base::to_string(*found.not_stored));
  const bool smooth = found.source == Source::confirmed || found.source == Source::fetched;
  event.write_to(sink, smooth && !found.not_stored ? log::Level::info : log::Level::warning);
}

Lines chained_lines(log::Sink& sink, const Options& options, const base::UserName& user, const KeyFilter& filter,
                    base::MonotonicTime deadline) {
  std::vector<std::string> arguments{user.str()};
  if (options.fingerprint) arguments.push_back(*options.fingerprint);
  const Result<std::string> output = run_chain(*options.chain, arguments, deadline);
  if (!output) {
    log::Event("key_chain_failed").with("user", user.str()).with(output.error()).write_to(sink, log::Level::warning);
    return {};
  }
  Lines lines = lines_of_chain(*output, filter);
  if (lines.fault) {
    log::Event("key_chain_lines_dropped")
        .with("user", user.str())
        .with("program", *options.chain)
        .with("dropped", lines.dropped)
        .with(*lines.fault)
        .write_to(sink, log::Level::warning);
  }
  return lines;
}

int print_keys(const Options& options, base::MonotonicTime start, log::Sink& sink) {
  const auto give_up = [&](const base::Error& error) {
    log::Event("key_lookup")
        .with("user", options.user)
        .with("source", "none")
        .with(error)
        .write_to(sink, log::Level::warning);
    return 0;
  };
  const Result<base::UserName> user = account_of(options.user);
  if (!user) return give_up(user.error());
  const Result<keys::Signers> signers = load_signers(options.signers);
  if (!signers) return give_up(signers.error());

  const base::SystemClock clock;
  const host::RecordCache cache(options.cache, ::geteuid());
  const auto deadline = start + (options.chain ? kOwnPartBeforeChain : kOwnPart);
  const host::CourierSettings courier{.program = options.courier, .config = options.config, .run_as = {}};
  const Lookup found = look_up({.identity = options.identity,
                                .fresh = options.fresh,
                                .max_life = options.max_life,
                                .clock = clock,
                                .signers = *signers,
                                .cache = cache,
                                .deadline = deadline,
                                .ask = ask_by_courier(*user, courier, deadline)},
                               *user);
  const KeyFilter filter(options.fingerprint);
  Lines lines;
  if (found.record) lines = lines_of(*found.record, filter);
  log_lookup(sink, *user, found, lines.count);
  if (options.chain) lines.text += chained_lines(sink, options, *user, filter, start + kChainUntil).text;
  return write_all(STDOUT_FILENO, lines.text) ? 0 : 1;
}

// The user that the helper runs as under sshd owns the cache; root explains in its place.
std::optional<host::Identity> identity_for_courier(const std::string& cache) {
  struct stat found {};
  if (::geteuid() != 0 || ::stat(cache.c_str(), &found) != 0) return std::nullopt;
  return host::Identity{found.st_uid, found.st_gid};
}

int explain_to_person(const Options& options) {
  const auto say = [](const base::Error& error) {
    return write_all(STDOUT_FILENO, "no keys: " + base::to_string(error) + "\n") ? 0 : 1;
  };
  const Result<base::UserName> user = account_of(options.user);
  if (!user) return say(user.error());
  const Result<keys::Signers> signers = load_signers(options.signers);
  if (!signers) return say(signers.error());
  const auto identity = identity_for_courier(options.cache);
  const base::SystemClock clock;
  const host::RecordCache cache(options.cache, identity ? identity->uid : ::geteuid());
  const auto deadline = steady_clock::now() + kForAPerson;
  const host::CourierSettings courier{.program = options.courier, .config = options.config, .run_as = identity};
  const std::string text = explain({.identity = options.identity,
                                    .fresh = options.fresh,
                                    .max_life = options.max_life,
                                    .clock = clock,
                                    .signers = *signers,
                                    .cache = cache,
                                    .deadline = deadline,
                                    .ask = ask_by_courier(*user, courier, deadline)},
                                   *user);
  return write_all(STDOUT_FILENO, text) ? 0 : 1;
}

int run(const std::vector<std::string_view>& arguments, base::MonotonicTime start, log::Sink& sink) {
  const Result<Options> options = parse_options(arguments);
  if (!options) {
    log::Event("key_lookup_misused").with(options.error()).write_to(sink, log::Level::error);
    (void)write_all(STDERR_FILENO, base::to_string(options.error()) + "\n\n" + std::string(usage()));
    return 2;
  }
  crypto::start_lean();
  if (options->explain) {
    (void)::setitimer(ITIMER_REAL, nullptr, nullptr);
    return explain_to_person(*options);
  }
  if (::geteuid() == 0 || ::getuid() == 0) {
    const base::Error error(ErrorCode::bad_usage, "must not run as root: set AuthorizedKeysCommandUser");
    log::Event("key_lookup_misused").with(error).write_to(sink, log::Level::error);
    (void)write_all(STDERR_FILENO, base::to_string(error) + "\n");
    return 2;
  }
  return print_keys(*options, start, sink);
}

}  // namespace
}  // namespace countersign::authorized_keys

int main(int count, char** values) {
  using namespace countersign;
  using namespace countersign::authorized_keys;
  const auto start = steady_clock::now();
  harden();
  set_alarm(kLastResort);
  log::SyslogSink sink("");
  int code = 1;
  try {
    const std::vector<std::string_view> arguments(values + (count > 0 ? 1 : 0), values + count);
    if (arguments.size() == 1 && arguments[0] == "--help") {
      code = write_all(STDOUT_FILENO, usage()) ? 0 : 1;
    } else if (arguments.size() == 1 && arguments[0] == "--version") {
      code = write_all(STDOUT_FILENO, "countersign-authorized-keys " COUNTERSIGN_VERSION "\n") ? 0 : 1;
    } else {
      code = run(arguments, start, sink);
    }
  } catch (const std::exception& error) {
    log::Event("key_lookup_fault").with("detail", error.what()).write_to(sink, log::Level::error);
  }
  std::_Exit(code);  // nothing is left to flush, and the libraries' own tidying costs as much as a verification
}
