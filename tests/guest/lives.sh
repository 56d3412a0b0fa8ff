# SPDX-License-Identifier: Apache-2.0
#
# In the guest: who may watch, and what remains when a watcher is gone.
fail() { echo "FAILED: $1"; cat /tmp/said /tmp/said2 2>/dev/null; exit 1; }
# What the last one said must be gone first: the file is emptied by the new one, maybe after the first look at it.
watch() { rm -f /tmp/said; falco-vm --ruleset /a.fbc >/tmp/alerts 2>/tmp/said & vm=$!; for try in $(seq 30); do grep -qs watching /tmp/said && return; sleep 1; done; fail "does not watch"; }

watch
falco-vm --ruleset /a.fbc 2>/tmp/said2; [ $? = 3 ] && grep -q "another program" /tmp/said2 || fail "a second one is not refused"
su nobody -s /bin/sh -c 'falco-vm --ruleset /a.fbc' 2>/tmp/said2; [ $? = 3 ] && grep -q "takes root" /tmp/said2 || fail "an ordinary user is not refused"
rmmod falco_probe 2>/tmp/said2 && fail "the module went while it was in use"

/bin/true MARK=1
sleep 1
kill -9 $vm; wait $vm
grep -q MARK=1 /tmp/alerts || fail "what was seen before the kill is not reported"
watch
/bin/true MARK=2
sleep 1
kill -TERM $vm; wait $vm || fail "does not end well"
grep -q MARK=2 /tmp/alerts || fail "a second life sees nothing"
grep -q MARK=1 /tmp/alerts && fail "a second life sees the first one's events"

# Its own calls are no events: nothing but them happens here.
falco-vm --ruleset /a.fbc --stats=/tmp/stats -M 2 2>/tmp/said >/tmp/alerts || fail "-M does not end it"
grep -q '"raw_events":[0-9]\{4,\}' /tmp/stats && fail "an idle machine gives thousands of events"
rmmod falco_probe || fail "the module stays"
falco-vm --ruleset /a.fbc 2>/tmp/said; [ $? = 3 ] && grep -q "not loaded" /tmp/said || fail "the missing module is not named"
