// A file of tests/vectors (PROTOCOL.md section 14): `key: value` lines, an empty line, the body.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace countersign::testing {

struct VectorFile {
  std::string name;
  std::map<std::string, std::string> head;
  std::string body;

  [[nodiscard]] std::string get(const std::string& field) const {
    const auto found = head.find(field);
    return found == head.end() ? std::string() : found->second;
  }
};

inline VectorFile read_vector(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  VectorFile vector{path.stem().string(), {}, {}};
  for (std::string line; std::getline(in, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    EXPECT_NE(colon, std::string::npos) << path << ": " << line;
    if (colon != std::string::npos) vector.head[line.substr(0, colon)] = line.substr(colon + 2);
  }
  vector.body.assign(std::istreambuf_iterator<char>(in), {});
  return vector;
}

// All of a folder, sorted by name.
inline std::vector<VectorFile> read_vectors(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".vector") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<VectorFile> vectors;
  std::transform(paths.begin(), paths.end(), std::back_inserter(vectors), read_vector);
  return vectors;
}

}  // namespace countersign::testing
