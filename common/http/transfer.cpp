#include "common/http/transfer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>

#include "common/base/address.h"

namespace countersign::http {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

base::Result<void> well_formed(const Request& request) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!request.target.starts_with('/') || !std::all_of(request.target.begin(), request.target.end(), visible)) {
    return Error(ErrorCode::bad_request, "request target is not an encoded path");
  }
  if (!is_header_text(request.content_type)) return Error(ErrorCode::bad_request, "request content type");
  for (const Header& header : request.headers) {
    if (header.name.empty() || header.value.empty() || header.name.find(':') != std::string::npos ||
        !is_header_text(header.name) || !is_header_text(header.value)) {
      return Error(ErrorCode::bad_request, "request header is not one line of visible characters");
    }
  }
  return {};
}

ListPtr make_headers(const Request& request) {
  ListPtr list;
  const auto add = [&list](const std::string& line) {
    curl_slist* grown = curl_slist_append(list.get(), line.c_str());
    if (grown == nullptr) return false;
    (void)list.release();  // the same list, whose head is now `grown`
    list.reset(grown);
    return true;
  };
  bool ok = add("Expect:") && add("Accept: text/plain");
  if (request.method == Request::Method::post) ok = ok && add("Content-Type: " + request.content_type);
  for (const Header& header : request.headers) ok = ok && add(header.name + ": " + header.value);
  return ok ? std::move(list) : nullptr;
}

template <typename T>
bool set(CURL* easy, CURLoption option, T value) {
  return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

bool set_protocol(CURL* easy, bool https) {
#if LIBCURL_VERSION_NUM >= 0x075500
  const char* const only = https ? "https" : "http";
  return set(easy, CURLOPT_PROTOCOLS_STR, only) && set(easy, CURLOPT_REDIR_PROTOCOLS_STR, only);
#else
  const long only = https ? CURLPROTO_HTTPS : CURLPROTO_HTTP;
  return set(easy, CURLOPT_PROTOCOLS, only) && set(easy, CURLOPT_REDIR_PROTOCOLS, only);
#endif
}

// The address that is about to be connected to, of whatever name. Nothing for a family that is no IP.
base::Bytes address_of(const curl_sockaddr& address) {
  const auto bytes = [](const auto& number) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(&number);
    return base::Bytes(first, first + sizeof(number));
  };
  if (address.family == AF_INET && address.addrlen >= sizeof(sockaddr_in)) {
    return bytes(reinterpret_cast<const sockaddr_in&>(address.addr).sin_addr);
  }
  if (address.family == AF_INET6 && address.addrlen >= sizeof(sockaddr_in6)) {
    return bytes(reinterpret_cast<const sockaddr_in6&>(address.addr).sin6_addr);
  }
  return {};
}

}  // namespace

Result<void> start_libcurl() {
  // libcurl's set-up is not thread-safe before 7.84; a function-local constant is.
  static const bool ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ok) return Error(ErrorCode::internal, "libcurl does not start");
  return {};
}

// C callbacks: an exception (memory) must not cross libcurl; a count other than the given one ends the transfer.
std::size_t Transfer::on_body(char* data, std::size_t /*one*/, std::size_t size, void* user) noexcept {
  auto& self = *static_cast<Transfer*>(user);
  if (size > self.max_body_ - self.response_.body.size()) {
    self.too_large_ = true;
    return 0;
  }
  try {
    self.response_.body.append(data, size);
  } catch (...) {
    return 0;
  }
  return size;
}

std::size_t Transfer::on_header(char* data, std::size_t /*one*/, std::size_t size, void* user) noexcept {
  auto& self = *static_cast<Transfer*>(user);
  self.header_bytes_ += size;
  if (self.header_bytes_ > kMaxHeaders) {
    self.too_large_ = true;
    return 0;
  }
  try {
    const std::string_view line(data, size);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      // A status line: a 100 Continue may come before the real answer, whose headers start afresh.
      if (line.starts_with("HTTP/")) self.response_.headers.clear();
    } else {
      self.response_.headers.push_back({lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
  } catch (...) {
    return 0;
  }
  return size;
}

// libcurl asks for a socket once it knows the address, so this is no earlier look-up that a name server could answer
// otherwise the next time.
curl_socket_t Transfer::on_open_socket(void* user, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept {
  try {
    if (base::is_public_address(address_of(*address))) {
      return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
  } catch (...) {
    return CURL_SOCKET_BAD;
  }
  static_cast<Transfer*>(user)->address_refused_ = true;
  return CURL_SOCKET_BAD;
}

bool Transfer::set_method() {
  CURL* const easy = easy_.get();
  switch (request_.method) {
    case Request::Method::get: return set(easy, CURLOPT_HTTPGET, 1L);
    case Request::Method::remove: return set(easy, CURLOPT_HTTPGET, 1L) && set(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
    case Request::Method::post:
      return set(easy, CURLOPT_POST, 1L) && set(easy, CURLOPT_POSTFIELDS, request_.body.data()) &&
             set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  return false;
}

bool Transfer::set_callbacks() {
  CURL* const easy = easy_.get();
  return set(easy, CURLOPT_WRITEFUNCTION, &on_body) && set(easy, CURLOPT_WRITEDATA, this) &&
         set(easy, CURLOPT_HEADERFUNCTION, &on_header) && set(easy, CURLOPT_HEADERDATA, this) &&
         set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
}

// Everything that decides what this program does on the network.
bool Transfer::set_options(const base::Origin& origin, const ClientOptions& options, base::Milliseconds timeout) {
  CURL* const easy = easy_.get();
  const auto timeout_ms = static_cast<long>(timeout.count());
  bool ok = set_protocol(easy, origin.is_https()) && set(easy, CURLOPT_NOSIGNAL, 1L) &&
            set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
            set(easy, CURLOPT_USERAGENT, "countersign/" COUNTERSIGN_VERSION) &&
            // An empty proxy and "*" switch off http_proxy, https_proxy and ALL_PROXY of the environment.
            set(easy, CURLOPT_PROXY, "") && set(easy, CURLOPT_NOPROXY, "*") &&
            set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED)) && set(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
            set(easy, CURLOPT_MAXREDIRS, 0L) && set(easy, CURLOPT_PATH_AS_IS, 1L) &&
            set(easy, CURLOPT_SSL_VERIFYPEER, 1L) && set(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
            set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
            set(easy, CURLOPT_TIMEOUT_MS, timeout_ms) && set(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms) &&
            set(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.max_body)) &&
            set(easy, CURLOPT_TCP_NODELAY, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  // Do not wait for a resolver thread whose answer nobody wants any more: the deadline is the caller's.
  ok = ok && set(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  if (!options.ca_file.empty()) ok = ok && set(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (options.addresses == Addresses::public_only) {
    ok = ok && set(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket) && set(easy, CURLOPT_OPENSOCKETDATA, this);
  }
  return ok;
}

Result<std::unique_ptr<Transfer>> Transfer::make(const base::Origin& origin, Request request,
                                                 const ClientOptions& options, base::Milliseconds timeout) {
  if (const auto ok = well_formed(request); !ok) return ok.error();
  std::unique_ptr<Transfer> self(new Transfer(std::move(request), options.max_body));
  self->easy_.reset(curl_easy_init());
  self->headers_ = make_headers(self->request_);
  self->url_ = origin.str() + self->request_.target;
  if (!self->easy_ || !self->headers_ || !self->set_options(origin, options, timeout) || !self->set_method() ||
      !self->set_callbacks() || !set(self->easy(), CURLOPT_URL, self->url_.c_str()) ||
      !set(self->easy(), CURLOPT_HTTPHEADER, self->headers_.get())) {
    return Error(ErrorCode::internal, "libcurl refuses a handle or an option");
  }
  return self;
}

Result<Response> Transfer::finish(CURLcode outcome) {
  // A name may have several addresses, of which one served.
  if (address_refused_ && outcome != CURLE_OK) {
    return Error(ErrorCode::unsafe_address, "the name leads to an address that is not a public one");
  }
  if (too_large_ || outcome == CURLE_FILESIZE_EXCEEDED) {
    return Error(ErrorCode::too_large, "the answer is larger than this program takes");
  }
  if (outcome != CURLE_OK) {
    const ErrorCode code =
        outcome == CURLE_OPERATION_TIMEDOUT ? ErrorCode::deadline_passed : ErrorCode::registry_unreachable;
    return Error(code, error_text_.front() != '\0' ? error_text_.data() : curl_easy_strerror(outcome));
  }
  long status = 0;
  (void)curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);  // 0 when there is none, which is refused below
  if (status < 100 || status > 599) return Error(ErrorCode::registry_unreachable, "no HTTP status");
  response_.status = static_cast<int>(status);
  curl_off_t retry_after = 0;
  if (curl_easy_getinfo(easy(), CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0) {
    response_.retry_after = base::Seconds{retry_after};
  }
  return std::move(response_);
}

}  // namespace countersign::http
