// base/origin.h: a web origin as the protocol writes it (PROTOCOL.md section 2.7).
//
// https://HOST or https://HOST:PORT (PORT not 443), lower case, no path and no trailing slash; http:// only for
// localhost, 127.0.0.1 and [::1], with a port. One origin has one spelling, so two origins are equal exactly when their
// bytes are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"

namespace countersign::base {

class Origin {
 public:
  static Result<Origin> parse(std::string_view text);  // bad_text outside the rules above

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }  // an IPv6 address keeps its brackets
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] bool is_https() const noexcept { return https_; }

  friend bool operator==(const Origin& a, const Origin& b) { return a.text_ == b.text_; }

 private:
  Origin(std::string text, std::string host, std::uint16_t port, bool https)
      : text_(std::move(text)), host_(std::move(host)), port_(port), https_(https) {}
  std::string text_;
  std::string host_;
  std::uint16_t port_;
  bool https_;
};

}  // namespace countersign::base
