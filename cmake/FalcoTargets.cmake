# SPDX-License-Identifier: Apache-2.0
#
# falco_library(NAME dirs... [PUBLIC targets...] [PRIVATE targets...]): a static library of all .cc files in the folders named,
# relative to the calling CMakeLists.txt. A folder belongs to one target; what lies in it is what is built.
# falco_executable, falco_test: the same for programs and doctest programs.

add_library(falco_flags INTERFACE)
target_include_directories(falco_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(falco_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# g++ 12 sees overlapping copies in std::string + (GCC bug 105651); nothing else triggers this warning here.
target_compile_options(falco_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(FALCO_WERROR)
  target_compile_options(falco_flags INTERFACE -Werror)
endif()

function(_falco_sources out)
  set(all)
  foreach(dir IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.cc)
    list(APPEND all ${found})
  endforeach()
  set(${out} ${all} PARENT_SCOPE)
endfunction()

function(falco_library name)
  cmake_parse_arguments(A "" "" "PUBLIC;PRIVATE" ${ARGN})
  _falco_sources(sources ${A_UNPARSED_ARGUMENTS})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC falco_flags ${A_PUBLIC} PRIVATE ${A_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE falco_flags ${A_PUBLIC} ${A_PRIVATE})
  endif()
endfunction()

function(falco_executable name)
  cmake_parse_arguments(A "" "" "PRIVATE" ${ARGN})
  _falco_sources(sources ${A_UNPARSED_ARGUMENTS})
  if(sources)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE falco_flags ${A_PRIVATE})
  endif()
endfunction()

# A doctest program; tests find small data through FALCO_SOURCE_DIR. Run as one ctest entry named like the target.
function(falco_test name)
  falco_executable(${name} ${ARGN})
  if(TARGET ${name})
    target_compile_definitions(${name} PRIVATE FALCO_SOURCE_DIR="${CMAKE_SOURCE_DIR}" FALCO_BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME ${name} COMMAND ${name})
  endif()
endfunction()
