// registry/pages/table.h: the files of phone/ as the build embedded them (cmake/embed.cmake writes the definition).
#pragma once

#include <span>
#include <string_view>

namespace countersign::registry::pages {

struct Page {
  std::string_view path;  // "/", "/app.js", "/phrase/en.txt"
  std::string_view etag;  // with its quotes; of the bytes
  std::string_view body;
};

std::span<const Page> all_pages();

}  // namespace countersign::registry::pages
