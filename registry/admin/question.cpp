#include "registry/admin/question.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace countersign::registry::admin {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};
constexpr std::size_t kMostLine = 256;

volatile std::sig_atomic_t interrupted = 0;  // NOLINT: what a signal handler may touch

extern "C" void note_interrupt(int) { interrupted = 1; }

void set_all(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: poll returns
  for (const int signal : kSignals) (void)::sigaction(signal, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts() {
  interrupted = 0;
  set_all(note_interrupt);
}
Interrupts::~Interrupts() { set_all(SIG_DFL); }
bool Interrupts::seen() { return interrupted != 0; }

void pause_for(base::Milliseconds time) { (void)::poll(nullptr, 0, static_cast<int>(time.count())); }

TypedLine::TypedLine(int fd) : fd_(fd) { (void)::tcflush(fd_, TCIFLUSH); }

TypedLine::State TypedLine::wait(base::Milliseconds time) {
  pollfd entry{fd_, POLLIN, 0};
  if (::poll(&entry, 1, static_cast<int>(time.count())) <= 0) return State::waiting;
  char typed = 0;
  const ssize_t got = ::read(fd_, &typed, 1);  // one at a time: what follows the line is somebody else's
  if (got < 0 && errno == EINTR) return State::waiting;
  if (got <= 0 || text_.size() >= kMostLine) return State::ended;
  if (typed == '\n') return State::whole;
  text_.push_back(typed);
  return State::waiting;
}

}  // namespace countersign::registry::admin
