// command/options.h: a command line, read strictly.
//
// --name VALUE, --name=VALUE or a bare --name, as the table says; "--" ends the options. Unknown, incomplete, missing
// and (unless the table allows it) repeated options are bad_usage with a word on what would be right. Nothing is
// guessed and nothing is ignored.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::command {

enum class Takes { value, values, nothing };  // values: may be given several times

struct OptionSpec {
  std::string_view name;  // without dashes
  Takes takes = Takes::value;
  bool required = false;
};

// How many words that are no options there may be.
struct Operands {
  std::size_t least = 0;
  std::size_t most = 0;
};

class Options {
 public:
  static base::Result<Options> parse(std::span<const OptionSpec> known, std::span<const std::string_view> words,
                                     Operands operands = {});

  [[nodiscard]] bool has(std::string_view name) const { return given_.find(name) != given_.end(); }
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  [[nodiscard]] std::string value_or(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] std::string required(std::string_view name) const { return value_or(name, {}); }  // never empty
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::vector<std::string> operands_;
};

}  // namespace countersign::command
