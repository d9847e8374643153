// A connection's bytes, in pieces whose length the first byte chooses: pieces must never change what comes out.
// When a refusal comes they may change: Beast judges a line that came in pieces only when the whole header is there.
#include <cstdlib>
#include <string>

#include "registry/net/request_reader.h"

namespace {

using countersign::registry::net::Limits;
using countersign::registry::net::RequestReader;
using Progress = RequestReader::Progress;

struct Outcome {
  bool done = false;
  bool keep_alive = false;
  std::string line;  // method and path
  std::string body;
};

Outcome read(std::string_view bytes, std::size_t piece) {
  RequestReader reader{Limits{}};
  std::string inbox;
  Outcome outcome;
  while (!bytes.empty()) {
    const std::string_view now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    inbox.append(now);
    Progress progress = reader.feed(inbox);
    if (progress == Progress::send_continue) progress = reader.feed(inbox);
    if (progress == Progress::failed) {
      if (reader.status() < 400 || reader.status() > 599 || reader.reason().empty()) std::abort();
      return outcome;
    }
    if (progress == Progress::done) {
      const bool keep_alive = reader.keep_alive();
      auto request = reader.take();
      return {true, keep_alive, std::string(to_string(request.method)) + request.target.path(),
              std::move(request.body)};
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = read(bytes, bytes.size());
  const Outcome pieces = read(bytes, 1 + data[0] % 64U);
  if (whole.done != pieces.done || whole.keep_alive != pieces.keep_alive || whole.line != pieces.line ||
      whole.body != pieces.body) {
    std::abort();
  }
  return 0;
}
