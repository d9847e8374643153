// config/diagnostics.h: everything that is wrong with one file, each fault with its place.
//
//   /etc/countersign/countersign.yaml:12:14: challenge.timeout: found "soon", allowed is a duration from 10s to 115s
//
// Lines and columns count from 1; a column counts bytes. All faults are collected, so that an administrator mends a
// file once and not six times. Quoted text is cleaned for a terminal.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace countersign::config {

struct Mark {
  int line = 1;
  int column = 1;
};

class Diagnostics {
 public:
  explicit Diagnostics(std::string_view file_name) : file_name_(file_name) {}

  // `key` may be empty where the fault belongs to no key.
  void add(Mark mark, std::string_view key, std::string_view text);
  void not_allowed(Mark mark, std::string_view key, std::string_view found, std::string_view allowed);

  [[nodiscard]] bool empty() const { return faults_.empty(); }
  // bad_config; the detail holds one line a fault, in the order of the file.
  [[nodiscard]] base::Error error() const;

 private:
  struct Fault {
    Mark mark;
    std::string text;
  };
  std::string file_name_;
  std::vector<Fault> faults_;
};

// "\"soon\"", cleaned and cut to a length that fits a line.
std::string in_quotes(std::string_view text);

// ", did you mean \"timeout\"?" for the nearest of the candidates, or nothing when none is near.
std::string did_you_mean(std::string_view given, std::span<const std::string_view> candidates);

}  // namespace countersign::config
