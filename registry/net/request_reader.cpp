#include "registry/net/request_reader.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace countersign::registry::net {
namespace {

namespace http = boost::beast::http;

// A second one of these would let two readers of the same request disagree.
constexpr std::array<std::string_view, 8> kSingleHeaders{"authorization", "content-type",  "content-length", "expect",
                                                         "host",          "if-none-match", "origin",         "cookie"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<Method> method_of(http::verb verb) {
  if (verb == http::verb::get) return Method::get;
  if (verb == http::verb::head) return Method::head;
  if (verb == http::verb::post) return Method::post;
  if (verb == http::verb::put) return Method::put;
  if (verb == http::verb::delete_) return Method::del;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::del: return "DELETE";
  }
  return "GET";
}

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return std::nullopt;
}

struct RequestReader::Impl {
  http::request_parser<http::string_body> parser;
  Request request;
  bool header_accepted = false;
  bool continue_sent = false;
  int status = 0;
  std::string reason;

  Progress fail(int with_status, std::string with_reason) {
    status = with_status;
    reason = std::move(with_reason);
    return Progress::failed;
  }

  Progress fail(const boost::beast::error_code& code) {
    if (code == http::error::header_limit) return fail(431, "too_large: request header too large");
    if (code == http::error::body_limit) return fail(413, "too_large: request body too large");
    if (code == http::error::bad_version) return fail(505, "bad_request: HTTP/1.1 is spoken here");
    return fail(400, "bad_request: malformed HTTP request: " + code.message());
  }

  bool accept_header() {
    auto& message = parser.get();
    if (parser.chunked() || message.find(http::field::transfer_encoding) != message.end()) {
      fail(411, "bad_request: send Content-Length, not a transfer coding");
      return false;
    }
    const auto method = method_of(message.method());
    if (!method) {
      fail(501, "bad_request: method not known");
      return false;
    }
    if (message.version() == 11 && message.find(http::field::host) == message.end()) {
      fail(400, "bad_request: no Host header");
      return false;
    }
    auto target = parse_target({message.target().data(), message.target().size()});
    if (!target) {
      const bool long_one = target.error().code == base::ErrorCode::too_large;
      fail(long_one ? 414 : 400, base::to_string(target.error()));
      return false;
    }
    request.method = *method;
    request.target = *std::move(target);
    return accept_fields();
  }

  bool accept_fields() {
    for (const auto& field : parser.get()) {
      std::string name = lower({field.name_string().data(), field.name_string().size()});
      const bool single = std::find(kSingleHeaders.begin(), kSingleHeaders.end(), name) != kSingleHeaders.end();
      if (single && request.header(name)) {
        fail(400, "bad_request: header given twice: " + name);
        return false;
      }
      request.headers.emplace_back(std::move(name), std::string(field.value().data(), field.value().size()));
    }
    return true;
  }

  [[nodiscard]] bool wants_continue() const {
    const auto expect = request.header("expect");
    return expect && lower(*expect) == "100-continue" && !continue_sent;
  }
};

RequestReader::RequestReader(const Limits& limits) : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  impl_->parser.body_limit(limits.body_bytes);
}

RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::feed(std::string& inbox) {
  Impl& it = *impl_;
  if (it.status != 0) return Progress::failed;
  while (!it.parser.is_done()) {
    boost::beast::error_code code;
    const std::size_t used = it.parser.put(boost::asio::const_buffer(inbox.data(), inbox.size()), code);
    inbox.erase(0, used);
    if (code && code != http::error::need_more) return it.fail(code);
    if (it.parser.is_header_done() && !it.header_accepted) {
      it.header_accepted = true;
      if (!it.accept_header()) return Progress::failed;
      continue;
    }
    if (it.parser.is_done()) break;
    if (code == http::error::need_more || inbox.empty()) {
      if (!it.header_accepted) return Progress::need_header;
      if (it.wants_continue()) {
        it.continue_sent = true;
        return Progress::send_continue;
      }
      return Progress::need_body;
    }
  }
  return Progress::done;
}

int RequestReader::status() const { return impl_->status; }
const std::string& RequestReader::reason() const { return impl_->reason; }
bool RequestReader::keep_alive() const { return impl_->parser.keep_alive(); }

Request RequestReader::take() {
  impl_->request.body = std::move(impl_->parser.get().body());
  return std::move(impl_->request);
}

}  // namespace countersign::registry::net
