// registry/net/request_reader.h: bytes to Request. The only code that knows Beast, as a parser without I/O.
//
// Feed it what arrived; it takes what it needs from the front and says what it still wants. Refused beyond Beast's own
// rules: a transfer coding (no client of ours needs one, and two ways to say a length are one too many), a repeated
// header that the registry reads, a target that parse_target refuses, a method outside the five, an HTTP/1.1 request
// without Host. A failure is final.
#pragma once

#include <memory>
#include <string>

#include "registry/net/http.h"
#include "registry/net/limits.h"

namespace countersign::registry::net {

class RequestReader {
 public:
  enum class Progress { need_header, need_body, send_continue, done, failed };

  explicit RequestReader(const Limits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  Progress feed(std::string& inbox);

  // After failed: the status to answer with and the one line of the body, which begins with a reason code.
  [[nodiscard]] int status() const;
  [[nodiscard]] const std::string& reason() const;

  // After done.
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] Request take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::registry::net
