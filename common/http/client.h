// http/client.h: the only libcurl code. One client speaks to one origin (PROTOCOL.md section 9).
//
// Every option is set in one place (transfer.cpp, set_options): https, or http on loopback as Origin allows; TLS 1.2 or
// newer with the peer verified; no redirect followed, no proxy and nothing else from the environment; bodies, headers
// and time limited. An answer of any status is a Response: what a status means is for the caller. Requests of one
// Client go one after another over a kept-alive connection. A Client belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/origin.h"
#include "common/base/result.h"

namespace countersign::http {

inline constexpr std::size_t kMaxBody = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxHeaders = std::size_t{16} * 1024;

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  enum class Method { get, post, remove };
  Method method = Method::get;
  std::string target;           // "/v1/cards?wait=25": starts with "/", already percent-encoded
  std::vector<Header> headers;  // checked: visible ASCII and spaces only
  std::string body;             // post only
  std::string content_type = "text/plain; charset=utf-8";  // of the body; checked like the headers
};

struct Response {
  int status = 0;
  std::vector<Header> headers;  // names in lower case
  std::string body;
  std::optional<base::Seconds> retry_after = std::nullopt;  // Retry-After, a date turned into seconds from now

  // The value of the header named in lower case, the first one where it repeats.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

// Which addresses may be connected to, whatever name they were found under: any, or only those of the public Internet
// (base::is_public_address), for requests whose target somebody else has named.
enum class Addresses { any, public_only };

struct ClientOptions {
  std::string ca_file;  // PEM; empty: the system's store
  std::size_t max_body = kMaxBody;
  Addresses addresses = Addresses::any;
};

class Client {
 public:
  // internal when libcurl cannot start.
  static base::Result<Client> create(base::Origin origin, ClientOptions options = {});

  // Sends and waits for the whole answer until `deadline`. While it waits, `interrupt_fd` (-1: none) is watched: when
  // it becomes readable or reaches end of file, the request is dropped. Errors: bad_request (the request itself is not
  // well-formed), registry_unreachable (resolve, connect, TLS, or a broken answer), deadline_passed, too_large,
  // unsafe_address (Addresses::public_only), challenge_withdrawn (interrupted).
  base::Result<Response> send(const Request& request, base::MonotonicTime deadline, int interrupt_fd = -1);

  [[nodiscard]] const base::Origin& origin() const noexcept { return origin_; }

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

 private:
  struct Handles;
  Client(base::Origin origin, ClientOptions options, std::unique_ptr<Handles> handles);
  base::Origin origin_;
  ClientOptions options_;
  std::unique_ptr<Handles> handles_;
};

// One path segment, percent-encoded: everything but unreserved characters (RFC 3986 section 2.3).
std::string encode_segment(std::string_view text);

}  // namespace countersign::http
