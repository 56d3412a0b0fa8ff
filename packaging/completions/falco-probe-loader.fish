# SPDX-License-Identifier: Apache-2.0
# Written by scripts/write_manuals.py from --help; don't edit.
complete -c falco-probe-loader -l compile -d 'only steps 1 to 3'
complete -c falco-probe-loader -l download -d 'only steps 1, 4 and 5'
complete -c falco-probe-loader -l clean -d 'unload the module, remove it from DKMS; prebuilt files stay'
complete -c falco-probe-loader -l dry-run -d 'say what would be done, in order, and change nothing'
complete -c falco-probe-loader -l print-env -d 'print what the steps go by, as shell assignments'
complete -c falco-probe-loader -l host-root -r -F -d 'where the host\'s files are, seen from a container'
complete -c falco-probe-loader -l insecure-http -d 'allow a FALCO_PROBE_URL that is not https'
complete -c falco-probe-loader -l help -d 'this text'
