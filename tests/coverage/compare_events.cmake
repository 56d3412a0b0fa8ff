# SPDX-License-Identifier: Apache-2.0
#
# Runs make_events.py (by PYTHON, into OUT) and compares with the events.txt that lies beside it.
execute_process(COMMAND ${PYTHON} -B ${CMAKE_CURRENT_LIST_DIR}/make_events.py OUTPUT_FILE ${OUT} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "make_events.py failed")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${OUT} ${CMAKE_CURRENT_LIST_DIR}/events.txt RESULT_VARIABLE differs)
if(differs)
  message(FATAL_ERROR "events.txt is not what make_events.py writes")
endif()
