# One function a shape, so that a room's CMakeLists.txt says only what is particular to it.

# countersign_room(NAME SOURCES a.cpp… [USES room…] [LIBRARIES target…])
# A static library common/NAME, known to others as countersign::NAME. USES are the rooms whose headers it may include
# (PUBLIC); LIBRARIES are third-party targets, which stay PRIVATE: no room shows another's library in a header it exports.
function(countersign_room name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(countersign_${name} STATIC ${arg_SOURCES})
  add_library(countersign::${name} ALIAS countersign_${name})
  foreach(room IN LISTS arg_USES)
    target_link_libraries(countersign_${name} PUBLIC countersign::${room})
  endforeach()
  target_link_libraries(countersign_${name} PRIVATE countersign_flags countersign_sanitize ${arg_LIBRARIES})
endfunction()

# countersign_unit_test(NAME SOURCES a.cpp… [USES room…] [LIBRARIES target…])
# A GoogleTest program test_NAME, each test of which ctest knows by name, labelled "unit".
function(countersign_unit_test name)
  if(NOT COUNTERSIGN_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES})
  foreach(room IN LISTS arg_USES)
    target_link_libraries(test_${name} PRIVATE countersign::${room})
  endforeach()
  target_compile_definitions(test_${name} PRIVATE
    COUNTERSIGN_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors")
  target_link_libraries(test_${name} PRIVATE
    countersign_flags countersign_sanitize ${arg_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  gtest_discover_tests(test_${name} PROPERTIES LABELS unit TIMEOUT 120 DISCOVERY_TIMEOUT 60)
endfunction()

# countersign_fuzz(ENTRY SOURCES fuzz_ENTRY.cpp [USES room…])
# Preset fuzz: a libFuzzer program fuzz_ENTRY. Every other preset: the same source with a replay main, run by ctest over
# tests/corpus/ENTRY, labelled "fuzz".
function(countersign_fuzz entry)
  if(NOT COUNTERSIGN_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(fuzz_${entry} ${arg_SOURCES})
  foreach(room IN LISTS arg_USES)
    target_link_libraries(fuzz_${entry} PRIVATE countersign::${room})
  endforeach()
  target_link_libraries(fuzz_${entry} PRIVATE countersign_flags countersign_sanitize ${arg_LIBRARIES})
  if(COUNTERSIGN_LIBFUZZER)
    target_link_options(fuzz_${entry} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${entry} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME fuzz.${entry} COMMAND fuzz_${entry} ${PROJECT_SOURCE_DIR}/tests/corpus/${entry})
    set_tests_properties(fuzz.${entry} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()
