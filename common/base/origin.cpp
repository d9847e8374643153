#include "common/base/origin.h"

#include <charconv>
#include <optional>

#include "common/base/address.h"

namespace countersign::base {
namespace {

Error bad_origin(std::string_view why) {
  return {ErrorCode::bad_text, "origin: " + std::string(why) + " (expected https://HOST or https://HOST:PORT)"};
}

bool is_host_char(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }
// The length of the host at the start of `text`, 0 when there is none: a name, an IPv4 address or a bracketed IPv6 one.
std::size_t host_length(std::string_view text) {
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos) return 0;
    const auto address = Address::parse(text.substr(1, end - 1));
    const bool is_ipv6 = address && address->bytes().size() == 16 && text.substr(1, end - 1).find('%') == text.npos;
    return is_ipv6 ? end + 1 : 0;
  }
  while (end < text.size() && is_host_char(text[end])) ++end;
  const std::string_view host = text.substr(0, end);
  if (host.empty() || host.size() > 253 || host.find("..") != std::string_view::npos) return 0;
  const auto edge = [](char c) { return c == '-' || c == '.'; };
  return edge(host.front()) || edge(host.back()) ? 0 : end;
}

// ":PORT" without sign or leading zero.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.size() < 2 || text.front() != ':' || text[1] == '0') return std::nullopt;
  text.remove_prefix(1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

Result<Origin> Origin::parse(std::string_view text) {
  const bool https = text.starts_with("https://");
  if (!https && !text.starts_with("http://")) return bad_origin("no https:// at the start");
  const std::string_view rest = text.substr(https ? 8 : 7);
  const std::size_t end = host_length(rest);
  if (end == 0) return bad_origin("no host in lower case after the scheme");
  const std::string_view host = rest.substr(0, end);
  const std::string_view tail = rest.substr(end);

  if (!https && host != "localhost" && host != "127.0.0.1" && host != "[::1]") {
    return bad_origin("http:// is allowed only for localhost, 127.0.0.1 and [::1]");
  }
  if (tail.empty()) {
    if (!https) return bad_origin("http:// needs a port");
    return Origin(std::string(text), std::string(host), 443, https);
  }
  const auto port = parse_port(tail);
  if (!port) return bad_origin("what follows the host is not a port");
  if (https && *port == 443) return bad_origin("port 443 is not written");
  if (!https && *port == 80) return bad_origin("port 80 is not written by a browser; take another");
  return Origin(std::string(text), std::string(host), *port, https);
}

}  // namespace countersign::base
