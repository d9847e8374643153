// config/document.h: a YAML text as a plain tree. The only code that knows the YAML library.
//
// Takes the part of YAML that has one meaning: mappings, lists and scalars. Refused, each with its place: a second
// document, directives, anchors, aliases, tags, a key twice in one mapping, keys that are no plain text, more than
// eight levels, more than 64 KiB, and bytes that are not UTF-8 or must not be shown. Scalars stay text: whether "010",
// "0x10" or "yes" is a value is for the schema to say, never for YAML. No exception leaves.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/diagnostics.h"

namespace countersign::config {

inline constexpr std::size_t kMaxConfigBytes = std::size_t{64} * 1024;

struct Entry;

struct Node {
  enum class Kind { nothing, scalar, list, map };
  Kind kind = Kind::nothing;
  Mark mark;
  std::string text;            // scalar
  std::vector<Node> items;     // list
  std::vector<Entry> entries;  // map, in the order of the file, no key twice
};

struct Entry {
  std::string key;
  Mark mark;
  Node value;
};

// Nothing when the text has no tree; faults are in `diagnostics` then, and may be there beside a tree too.
std::optional<Node> parse_document(std::string_view text, Diagnostics& diagnostics);

}  // namespace countersign::config
