#include "registry/pages/pages.h"

#include <algorithm>
#include <array>

#include "registry/pages/table.h"

namespace countersign::registry::pages {
namespace {

// Scripts may be made from text for one purpose only: the name of the service worker (policy "worker" in push.js).
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types worker";

constexpr std::string_view kPermissions =
    "publickey-credentials-get=(self), publickey-credentials-create=(self), accelerometer=(), autoplay=(), "
    "bluetooth=(), "
    "camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), "
    "usb=(), xr-spatial-tracking=()";

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".webmanifest", "application/manifest+json"},
}};

std::string_view type_of(std::string_view path) {
  if (path == "/") return kTypes.front().second;
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

const Page* find(const net::Target& target) {
  std::string path;
  for (const std::string& segment : target.segments) path.append("/").append(segment);
  if (path.empty()) path = "/";
  const auto pages = all_pages();
  const auto page = std::find_if(pages.begin(), pages.end(), [&](const Page& each) { return each.path == path; });
  return page == pages.end() ? nullptr : &*page;
}

// If-None-Match: one of several tags, perhaps weakened by a proxy that compresses.
bool is_known(const net::Request& request, const Page& page) {
  const auto header = request.header("if-none-match");
  return header && header->find(page.etag) != std::string_view::npos;
}

net::Response refuse(int status, std::string body) {
  return net::Response{status, "text/plain; charset=utf-8", std::move(body), {}};
}

}  // namespace

std::optional<net::Response> serve(const net::Request& request) {
  const Page* page = find(request.target);
  if (page == nullptr) return std::nullopt;
  if (request.method != net::Method::get && request.method != net::Method::head) {
    net::Response response = refuse(405, "bad_request: method not allowed here\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (!request.target.query.empty()) return refuse(400, "bad_request: unknown query name\n");
  net::Response response{200, std::string(type_of(page->path)), std::string(page->body), {}};
  if (is_known(request, *page)) response = net::Response{304, {}, {}, {}};
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"ETag", page->etag},
           {"Cache-Control", "no-cache"},
           {"Content-Security-Policy", kContentPolicy},
           {"Permissions-Policy", kPermissions},
           {"Referrer-Policy", "no-referrer"},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"Cross-Origin-Resource-Policy", "same-origin"}}) {
    response.headers.emplace_back(name, value);
  }
  return response;
}

}  // namespace countersign::registry::pages
