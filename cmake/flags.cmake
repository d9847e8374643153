# Two INTERFACE targets carry every compiler flag, so that nothing leaks through global variables.
#   countersign_flags     warnings and hardening, linked PRIVATE by every target
#   countersign_sanitize  sanitizer or fuzzer instrumentation chosen by the preset, else empty
include(CheckCXXCompilerFlag)

add_library(countersign_flags INTERFACE)
target_include_directories(countersign_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(countersign_flags INTERFACE
  COUNTERSIGN_VERSION="${PROJECT_VERSION}"
  _GLIBCXX_ASSERTIONS)

set(candidates
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
  -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero)
foreach(flag IN LISTS candidates)
  string(MAKE_C_IDENTIFIER "COUNTERSIGN_HAS${flag}" has)
  check_cxx_compiler_flag("-Werror ${flag}" ${has})
  if(${has})
    target_compile_options(countersign_flags INTERFACE ${flag})
  endif()
endforeach()

option(COUNTERSIGN_WERROR "Treat warnings as errors" OFF)
if(COUNTERSIGN_WERROR)
  target_compile_options(countersign_flags INTERFACE -Werror)
endif()

# _FORTIFY_SOURCE needs optimisation and does not go with sanitizers.
set(COUNTERSIGN_SANITIZE "" CACHE STRING "Comma separated -fsanitize= list, empty for none")
add_library(countersign_sanitize INTERFACE)
if(COUNTERSIGN_SANITIZE)
  target_compile_options(countersign_sanitize INTERFACE
    -fsanitize=${COUNTERSIGN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(countersign_sanitize INTERFACE -fsanitize=${COUNTERSIGN_SANITIZE})
  if(COUNTERSIGN_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Asio calls handlers through casts that clang's function check refuses.
    target_compile_options(countersign_sanitize INTERFACE -fno-sanitize=function)
  endif()
else()
  target_compile_options(countersign_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
endif()
if(COUNTERSIGN_LIBFUZZER)
  target_compile_options(countersign_sanitize INTERFACE -fsanitize=fuzzer-no-link)
endif()

target_link_options(countersign_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
