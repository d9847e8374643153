// cli/options.h: the command line of one subcommand, read strictly.
//
// --name VALUE, --name=VALUE or a bare --name, as the subcommand's table says; "--" ends the options. Unknown, repeated
// and incomplete options are bad_usage with a word on what would be right. Nothing is guessed and nothing is ignored.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::cli {

struct OptionSpec {
  std::string_view name;  // without dashes
  bool takes_value = true;
  bool required = false;
};

class Options {
 public:
  // `most_operands`: how many words that are no options may follow.
  static base::Result<Options> parse(std::span<const OptionSpec> known, std::span<const std::string_view> words,
                                     std::size_t most_operands = 0);

  [[nodiscard]] bool has(std::string_view name) const { return given_.find(name) != given_.end(); }
  // The value of an option that the table knows; empty where it was not given.
  [[nodiscard]] std::string value(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::string, std::less<>> given_;
  std::vector<std::string> operands_;
};

}  // namespace countersign::cli
