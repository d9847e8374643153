#include "common/statement/field_lines.h"

#include "common/encoding/text.h"

namespace countersign::statement {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::vector<std::string>> parse_field_lines(std::string_view text,
                                                   std::initializer_list<std::string_view> names) {
  std::vector<std::string> values;
  for (const std::string_view name : names) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const Error fault(ErrorCode::bad_text, "expected a line \"" + std::string(name) + ": …\"");
    if (line.size() == text.size()) return fault;  // no line end
    if (!line.starts_with(name) || line.substr(name.size(), 2) != ": ") return fault;
    const std::string_view value = line.substr(name.size() + 2);
    if (value.empty() || value.front() == ' ' || value.back() == ' ') return fault;
    if (const auto clean = encoding::check_text(value); !clean) return clean.error().within(name);
    values.emplace_back(value);
    text.remove_prefix(line.size() + 1);
  }
  if (!text.empty()) return Error(ErrorCode::bad_text, "more than was expected");
  return values;
}

std::string print_field_lines(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) text.append(name).append(": ").append(value).append("\n");
  return text;
}

}  // namespace countersign::statement
