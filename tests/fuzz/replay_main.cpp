// Replays a fuzz target's corpus without libFuzzer: each file of the given folders, and each of its truncations where
// the file is small. A folder without files is a failure: it would prove nothing.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
  constexpr std::size_t kTruncateUpTo = 2048;
  std::size_t files = 0;
  for (int i = 1; i < count; ++i) {
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i], error)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
      std::size_t size = bytes.size() <= kTruncateUpTo ? 0 : bytes.size();
      for (; size <= bytes.size(); ++size) {
        // A copy of exactly that size, so that a read behind the end is seen by the sanitizer.
        const std::vector<std::uint8_t> input(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        (void)LLVMFuzzerTestOneInput(input.data(), input.size());
      }
      ++files;
    }
    if (error) std::cerr << arguments[i] << ": " << error.message() << "\n";
  }
  std::cout << files << " files replayed\n";
  return files > 0 ? 0 : 1;
}
