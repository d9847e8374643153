#include "registry/net/target.h"

#include <algorithm>

namespace countersign::registry::net {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// RFC 3986 pchar without "%", which the decoder handles.
bool is_path_character(char c) {
  return is_unreserved(c) || std::string_view("!$&'()*+,;=:@").find(c) != std::string_view::npos;
}
// A query value may also hold "/" and "?"; "&" and "=" are separators, and "+" is refused.
bool is_query_character(char c) {
  return is_unreserved(c) || std::string_view("!$'()*,;:@/?").find(c) != std::string_view::npos;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <typename Allowed>
Result<std::string> decode(std::string_view text, Allowed allowed) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!allowed(text[i])) return Error(ErrorCode::bad_request, "target: a character that must be percent-encoded");
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Error(ErrorCode::bad_request, "target: \"%\" without two hexadecimal digits");
    const int value = high * 16 + low;
    if (value < 0x20 || value > 0x7e)
      return Error(ErrorCode::bad_request, "target: an encoded byte that is not printable ASCII");
    out.push_back(static_cast<char>(value));
    i += 2;
  }
  return out;
}

Result<std::vector<std::string>> parse_path(std::string_view path) {
  std::vector<std::string> segments;
  if (path == "/") return segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash: parse_target checked the first, the search below found the others
    const std::size_t end = std::min(path.find('/'), path.size());
    auto segment = decode(path.substr(0, end), is_path_character);
    if (!segment) return segment.error();
    if (segment->find('/') != std::string::npos) return Error(ErrorCode::bad_request, "target: an encoded slash");
    if (segment->empty() || *segment == "." || *segment == "..") {
      return Error(ErrorCode::bad_request, "target: an empty, \".\" or \"..\" path segment");
    }
    if (segments.size() == kMaxSegments) return Error(ErrorCode::bad_request, "target: too many path segments");
    segments.push_back(*std::move(segment));
    path.remove_prefix(end);
  }
  return segments;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (bool more = true; more;) {
    const std::size_t end = query.find('&');
    more = end != std::string_view::npos;
    const std::string_view pair = query.substr(0, end);
    if (more) query.remove_prefix(end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return Error(ErrorCode::bad_request, "target: a query pair without \"=\"");
    auto name = decode(pair.substr(0, equals), is_query_character);
    auto value = decode(pair.substr(equals + 1), is_query_character);
    if (!name) return name.error();
    if (!value) return value.error();
    if (name->empty()) return Error(ErrorCode::bad_request, "target: a query pair without a name");
    for (const auto& known : pairs) {
      if (known.first == *name) return Error(ErrorCode::bad_request, "target: a query name given twice");
    }
    if (pairs.size() == kMaxQueryPairs) return Error(ErrorCode::bad_request, "target: too many query pairs");
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

}  // namespace

std::optional<std::string_view> Target::query_value(std::string_view name) const {
  for (const auto& pair : query) {
    if (pair.first == name) return pair.second;
  }
  return std::nullopt;
}

std::string Target::path() const {
  std::string text;
  for (const std::string& segment : segments) text.append("/").append(segment);
  return text.empty() ? "/" : text;
}

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text.front() != '/')
    return Error(ErrorCode::bad_request, "target: expected a path starting with \"/\"");
  if (text.size() > kMaxTargetBytes) return Error(ErrorCode::too_large, "target: longer than 2048 bytes");
  const std::size_t question = text.find('?');
  auto segments = parse_path(text.substr(0, question));
  if (!segments) return segments.error();
  Target target{*std::move(segments), {}};
  if (question != std::string_view::npos) {
    auto query = parse_query(text.substr(question + 1));
    if (!query) return query.error();
    target.query = *std::move(query);
  }
  return target;
}

std::string encode_component(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4U]);
    out.push_back(kHex[byte & 15U]);
  }
  return out;
}

}  // namespace countersign::registry::net
