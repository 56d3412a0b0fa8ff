# SPDX-License-Identifier: Apache-2.0
# Written by scripts/write_manuals.py from --help; don't edit.
complete -c event-generator -s h -l help -d 'Print this help message and exit'
complete -c event-generator -l list -d 'print the acts: name, rule it should wake, what it needs, what its alert says; then rules without act'
complete -c event-generator -l action -x -d 'perform this act (repeatable)'
complete -c event-generator -l all -d 'perform every act that can be done here'
complete -c event-generator -l loop -d 'begin again until interrupted; of all acts if none is named'
complete -c event-generator -l pause -x -d 'wait after each act'
complete -c event-generator -l dir -r -F -d 'make the sandbox in this folder; by default $TMPDIR or /tmp'
complete -c event-generator -l allow-system -d 'also perform acts that touch the machine itself'
