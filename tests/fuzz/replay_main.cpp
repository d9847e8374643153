// The main() of a fuzz target outside the fuzz preset: runs it on each file of the directories and files that are
// named, and on each truncation of a small one, so that ctest keeps proving what fuzzing once found. With --whole first
// it leaves the truncations out: coverage asks what the files themselves reach. An empty corpus and a file that cannot
// be read are failures.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t truncate_up_to = 2048;

std::vector<std::string> files_below(const std::string& name) {
  if (!std::filesystem::is_directory(name)) return {name};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(name)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool replay(const std::string& name, bool whole) {
  std::ifstream in(name, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in) return false;
  for (std::size_t size = !whole && bytes.size() <= truncate_up_to ? 0 : bytes.size(); size <= bytes.size(); ++size) {
    // A copy of exactly that size, so that a read behind the end is seen by the sanitizer.
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::size_t count = 0;
    const bool whole = argc > 1 && std::string_view(argv[1]) == "--whole";
    for (int i = whole ? 2 : 1; i < argc; ++i) {
      for (const std::string& name : files_below(argv[i])) {
        if (!replay(name, whole)) {
          std::fprintf(stderr, "%s: cannot be read\n", name.c_str());
          return 1;
        }
        ++count;
      }
    }
    std::printf("%zu files replayed\n", count);
    return count == 0 ? 1 : 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
