#include "registry/net/response_text.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace countersign::registry::net {
namespace {

bool is_field_name(std::string_view text) {
  for (const char c : text) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!fine) return false;
  }
  return !text.empty();
}

bool is_field_value(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

bool is_sendable(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (!is_field_name(name) || !is_field_value(value)) return false;
  }
  return is_field_value(response.content_type) && response.status >= 200 && response.status <= 599;
}

// RFC 9110 section 5.6.7. strftime would follow the locale.
std::string http_date(std::time_t now) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                   kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                                   utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

Response plain_response(int status, std::string_view text) {
  return Response{status, "text/plain; charset=utf-8", std::string(text) + "\n", {}};
}

std::string response_text(const Response& response, bool head_only, bool keep_alive) {
  if (!is_sendable(response)) return response_text(plain_response(500, "internal"), head_only, keep_alive);
  const bool may_have_body = response.status != 204 && response.status != 304;
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(reason_phrase(response.status)).append("\r\nDate: ").append(http_date(std::time(nullptr))).append("\r\n");
  if (may_have_body) {
    text.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
    if (!response.content_type.empty()) text.append("Content-Type: ").append(response.content_type).append("\r\n");
  }
  for (const auto& [name, value] : response.headers) text.append(name).append(": ").append(value).append("\r\n");
  if (!keep_alive) text.append("Connection: close\r\n");
  text.append("\r\n");
  if (may_have_body && !head_only) text.append(response.body);
  return text;
}

}  // namespace countersign::registry::net
