# cmake -DLIST=FILE -DOUT=FILE.cpp -P embed.cmake: the files that LIST names, one "PATH FILE" a line, as the table that
# registry/pages/table.h declares: the path a browser asks for, the ETag, and the bytes.
file(STRINGS ${LIST} lines)
set(arrays "")
set(rows "")
set(count 0)
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^ ]+) (.+)$" matched "${line}")
  if(NOT matched)
    message(FATAL_ERROR "${LIST}: expected PATH FILE, found: ${line}")
  endif()
  set(path ${CMAKE_MATCH_1})
  set(file ${CMAKE_MATCH_2})
  file(READ ${file} bytes HEX)
  file(SHA256 ${file} hash)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND arrays "constexpr char kBytes${count}[] = {${bytes}};\n")
  string(APPEND rows "    Page{\"${path}\", \"\\\"${hash}\\\"\", {kBytes${count}, sizeof kBytes${count}}},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE ${OUT}.new "#include \"registry/pages/table.h\"

namespace countersign::registry::pages {
namespace {

${arrays}
constexpr Page kPages[] = {
${rows}};

}  // namespace

std::span<const Page> all_pages() { return kPages; }

}  // namespace countersign::registry::pages
")
file(RENAME ${OUT}.new ${OUT})
