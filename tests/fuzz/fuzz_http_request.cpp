// A connection's bytes, in pieces whose length the first byte chooses: pieces must never change what comes out.
#include <cstdlib>
#include <string>

#include "registry/net/request_reader.h"

namespace {

using countersign::registry::net::Limits;
using countersign::registry::net::RequestReader;
using Progress = RequestReader::Progress;

struct Outcome {
  bool done = false;
  int status = 0;
  std::string path;
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
      outcome.status = reader.status();
      return outcome;
    }
    if (progress == Progress::done) {
      auto request = reader.take();
      return {true, 0, request.target.path(), std::move(request.body)};
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
  if (whole.done != pieces.done || whole.path != pieces.path || whole.body != pieces.body) std::abort();
  return 0;
}
