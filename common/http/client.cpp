#include "common/http/client.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "common/base/handle.h"

namespace countersign::http {
namespace {

using base::Error;
using base::ErrorCode;
using EasyPtr = std::unique_ptr<CURL, base::Deleter<curl_easy_cleanup>>;
using MultiPtr = std::unique_ptr<CURLM, base::Deleter<curl_multi_cleanup>>;
using ListPtr = std::unique_ptr<curl_slist, base::Deleter<curl_slist_free_all>>;

// libcurl's set-up is not thread-safe before 7.84; a function-local constant is.
bool started() {
  static const bool ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ok;
}

struct Receiver {
  Response response;
  std::size_t max_body = kMaxBody;
  std::size_t header_bytes = 0;
  bool too_large = false;
};

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

// C callbacks: an exception (memory) must not cross libcurl; a count other than the given one ends the transfer.
std::size_t on_body(char* data, std::size_t /*one*/, std::size_t size, void* user) noexcept {
  auto& receiver = *static_cast<Receiver*>(user);
  if (size > receiver.max_body - receiver.response.body.size()) {
    receiver.too_large = true;
    return 0;
  }
  try {
    receiver.response.body.append(data, size);
  } catch (...) {
    return 0;
  }
  return size;
}

std::size_t on_header(char* data, std::size_t /*one*/, std::size_t size, void* user) noexcept {
  auto& receiver = *static_cast<Receiver*>(user);
  receiver.header_bytes += size;
  if (receiver.header_bytes > kMaxHeaders) {
    receiver.too_large = true;
    return 0;
  }
  try {
    const std::string_view line(data, size);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      // A status line: a 100 Continue may come before the real answer, whose headers start afresh.
      if (line.starts_with("HTTP/")) receiver.response.headers.clear();
    } else {
      receiver.response.headers.push_back({lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
    }
  } catch (...) {
    return 0;
  }
  return size;
}

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

base::Result<void> well_formed(const Request& request) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!request.target.starts_with('/') || !std::all_of(request.target.begin(), request.target.end(), visible)) {
    return Error(ErrorCode::bad_request, "request target is not an encoded path");
  }
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
  if (request.method == Request::Method::post) ok = ok && add("Content-Type: text/plain; charset=utf-8");
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

bool set_method(CURL* easy, const Request& request) {
  switch (request.method) {
    case Request::Method::get: return set(easy, CURLOPT_HTTPGET, 1L);
    case Request::Method::remove: return set(easy, CURLOPT_HTTPGET, 1L) && set(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
    case Request::Method::post:
      return set(easy, CURLOPT_POST, 1L) && set(easy, CURLOPT_POSTFIELDS, request.body.c_str()) &&
             set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  return false;
}

// Everything that decides what this program does on the network.
bool set_options(CURL* easy, const base::Origin& origin, const ClientOptions& options, long timeout_ms) {
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
  return ok;
}

bool is_readable(int fd) {
  if (fd < 0) return false;
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

Error transfer_error(CURLcode code, const char* text, const Receiver& receiver) {
  const std::string detail = text[0] != '\0' ? text : curl_easy_strerror(code);
  if (receiver.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return {ErrorCode::too_large, "the answer is larger than this program takes"};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return {ErrorCode::deadline_passed, detail};
  return {ErrorCode::registry_unreachable, detail};
}

}  // namespace

std::optional<std::string_view> Response::header(std::string_view name) const {
  for (const Header& entry : headers) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

struct Client::Handles {
  MultiPtr multi;  // keeps the connection between requests
  EasyPtr easy;    // after `multi`: an easy handle goes before the multi handle it was added to
};

Client::Client(base::Origin origin, ClientOptions options, std::unique_ptr<Handles> handles)
    : origin_(std::move(origin)), options_(std::move(options)), handles_(std::move(handles)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

base::Result<Client> Client::create(base::Origin origin, ClientOptions options) {
  if (!started()) return Error(ErrorCode::internal, "libcurl does not start");
  auto handles = std::make_unique<Handles>();
  handles->multi.reset(curl_multi_init());
  handles->easy.reset(curl_easy_init());
  if (!handles->multi || !handles->easy) return Error(ErrorCode::internal, "libcurl gives no handle");
  return Client(std::move(origin), std::move(options), std::move(handles));
}

namespace {

// Drives the transfer until it ends, the deadline passes or the interrupt comes. The handle must be in `multi`.
base::Result<CURLcode> drive(CURLM* multi, base::MonotonicTime deadline, int interrupt_fd) {
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) return Error(ErrorCode::internal, "curl_multi_perform");
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    if (is_readable(interrupt_fd)) return Error(ErrorCode::challenge_withdrawn, "the caller withdrew the request");
    const auto rest =
        std::chrono::duration_cast<base::Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (rest <= 0) return Error(ErrorCode::deadline_passed, "no whole answer in time");
    curl_waitfd wait{interrupt_fd, CURL_WAIT_POLLIN, 0};
    const auto slice = static_cast<int>(std::min<std::int64_t>(rest, 1000));
    if (curl_multi_poll(multi, &wait, interrupt_fd < 0 ? 0 : 1, slice, nullptr) != CURLM_OK) {
      return Error(ErrorCode::internal, "curl_multi_poll");
    }
  }
}

}  // namespace

base::Result<Response> Client::send(const Request& request, base::MonotonicTime deadline, int interrupt_fd) {
  if (const auto ok = well_formed(request); !ok) return ok.error();
  const auto rest = std::chrono::duration_cast<base::Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  if (rest <= 0) return Error(ErrorCode::deadline_passed, "the deadline passed before the request");

  CURL* const easy = handles_->easy.get();
  curl_easy_reset(easy);  // options only; live connections stay
  const ListPtr headers = make_headers(request);
  Receiver receiver;
  receiver.max_body = options_.max_body;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  const std::string url = origin_.str() + request.target;
  if (!headers || !set_options(easy, origin_, options_, static_cast<long>(rest)) || !set_method(easy, request) ||
      !set(easy, CURLOPT_URL, url.c_str()) || !set(easy, CURLOPT_HTTPHEADER, headers.get()) ||
      !set(easy, CURLOPT_WRITEFUNCTION, &on_body) || !set(easy, CURLOPT_WRITEDATA, &receiver) ||
      !set(easy, CURLOPT_HEADERFUNCTION, &on_header) || !set(easy, CURLOPT_HEADERDATA, &receiver) ||
      !set(easy, CURLOPT_ERRORBUFFER, error_text.data())) {
    return Error(ErrorCode::internal, "libcurl refuses an option");
  }

  if (curl_multi_add_handle(handles_->multi.get(), easy) != CURLM_OK) return Error(ErrorCode::internal, "libcurl");
  const auto outcome = drive(handles_->multi.get(), deadline, interrupt_fd);
  long status = 0;
  (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);  // 0 when there is none, which is refused below
  (void)curl_multi_remove_handle(handles_->multi.get(), easy);     // it was added above
  curl_easy_reset(easy);                                           // no pointer to this frame stays behind
  if (!outcome) return outcome.error();
  if (*outcome != CURLE_OK) return transfer_error(*outcome, error_text.data(), receiver);
  if (status < 100 || status > 599) return Error(ErrorCode::registry_unreachable, "no HTTP status");
  receiver.response.status = static_cast<int>(status);
  return std::move(receiver.response);
}

std::string encode_segment(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace countersign::http
