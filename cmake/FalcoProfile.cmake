# SPDX-License-Identifier: Apache-2.0
#
# falco_follow_profile(targets...): what FALCO_PROFILE means for them. write: they write down which way they go through the code;
# use: they are optimised by that, across files, which gains nothing without it. See scripts/build_fast.sh. For gcc.
function(falco_follow_profile)
  set(folder ${CMAKE_BINARY_DIR}/profile)
  foreach(target IN LISTS ARGN)
    if(NOT TARGET ${target})
      continue()
    endif()
    if(FALCO_PROFILE STREQUAL "write")
      target_compile_options(${target} PRIVATE -fprofile-generate -fprofile-update=prefer-atomic -fprofile-dir=${folder})
      target_compile_definitions(${target} PRIVATE FALCO_WRITES_PROFILE)
      target_link_options(${target} PUBLIC -fprofile-generate)
    elseif(FALCO_PROFILE STREQUAL "use")
      # What the runs did not reach is built as ever; main() is another one while they write.
      target_compile_options(${target} PRIVATE -fprofile-use=${folder} -fprofile-partial-training -Wno-missing-profile
                             -Wno-coverage-mismatch)
      set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
    endif()
  endforeach()
endfunction()
