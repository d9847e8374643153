// registry/admin/options.h: the command line of one subcommand, read strictly.
//
// --name VALUE, --name=VALUE or a bare --name, as the subcommand's table says; "--" ends the options. Unknown,
// incomplete and (unless the table allows it) repeated options are bad_usage. Nothing is guessed and nothing is
// ignored.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::registry::admin {

struct OptionSpec {
  std::string_view name;  // without dashes
  enum class Takes { value, values, nothing } takes = Takes::value;
};

class Options {
 public:
  static base::Result<Options> parse(std::span<const OptionSpec> known, std::span<const std::string_view> words,
                                     std::size_t least_operands, std::size_t most_operands);

  [[nodiscard]] bool has(std::string_view name) const { return given_.find(name) != given_.end(); }
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  [[nodiscard]] std::string value_or(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::vector<std::string> operands_;
};

}  // namespace countersign::registry::admin
