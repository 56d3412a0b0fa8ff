// SPDX-License-Identifier: Apache-2.0
//
// fd.*, fs.path.* and container.*.
#include <doctest/doctest.h>

#include "scene.h"

using namespace fvm;
using namespace fvm::testing;

namespace {
FdRecord tcp(int64_t fd, const char* client, uint16_t client_port, const char* server, uint16_t server_port) {
  FdRecord record;
  record.fd = fd;
  record.type = FdType::Ipv4Sock;
  record.l4 = L4::Tcp;
  record.sip = ip4(client);
  record.dip = ip4(server);
  record.sport = client_port;
  record.dport = server_port;
  return record;
}
}  // namespace

TEST_CASE("an open file") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {4, -100, "sub//x.txt", 1 | 1 << 15, 0, 0x801, 99});
  CHECK(s.shown("fd.num") == "4");
  CHECK(s.shown("fd.type") == "file");
  CHECK(s.shown("fd.typechar") == "f");
  CHECK(s.shown("fd.name") == "/home/u/sub/x.txt");
  CHECK(s.shown("fd.nameraw") == "sub/x.txt");
  CHECK(s.shown("fd.directory") == "/home/u/sub");
  CHECK(s.shown("fd.filename") == "x.txt");
  CHECK(s.shown("fd.dev") == "801");
  CHECK(s.shown("fd.dev.major") == "8");
  CHECK(s.shown("fd.dev.minor") == "1");
  CHECK(s.shown("fd.ino") == "99");
  CHECK(s.shown("fd.is_upper_layer") == "true");
  CHECK(s.shown("fd.is_lower_layer") == "false");
  CHECK(s.shown("fd.connected") == "false");
  CHECK(s.shown("fd.l4proto") == "<NA>");
  CHECK(s.shown("fd.sip") == "<none>");
  CHECK(s.exists("fd.ip"));
  CHECK(s.compared("fd.ip") == "");
  CHECK(s.shown("fd.uid") == "224");
  CHECK(s.shown("fd.containername") == ":/home/u/sub/x.txt");
  CHECK(s.shown("fd.types[4]") == "file");
  CHECK(s.shown("fd.types") == "(file)");
  CHECK(s.shown("fs.path.name") == "/home/u/sub/x.txt");
  CHECK(s.shown("fs.path.nameraw") == "sub//x.txt");
}

TEST_CASE("a failed open is named by the event") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_OPENAT_2_X, 22, {-2, -100, "/etc/nope", 1, 0, 0, 0});
  CHECK(s.shown("fd.num") == "-1");
  CHECK(s.shown("fd.type") == "<none>");
  CHECK(s.shown("fd.typechar") == "f");
  CHECK(s.shown("fd.name") == "/etc/nope");
  CHECK(s.shown("fd.directory") == "/etc");
  CHECK(s.shown("fd.nameraw") == "/etc/nope");
  CHECK(s.shown("fd.filename") == "<none>");
  CHECK(s.shown("fd.dev") == "<none>");
  CHECK(s.shown("fd.connected") == "<none>");
}

TEST_CASE("events without a descriptor have no fd fields") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_KILL_X, 22, {0, 20, 9});
  for (const FieldInfo& field : kFields) {
    if (field.field_class != FieldClass::Fd) continue;
    CHECK_MESSAGE(!s.exists(field.name), std::string(field.name));
  }
}

TEST_CASE("directories of odd names") {
  for (const auto& [name, directory, filename] :
       {std::tuple{"/x", "/", "x"}, {"/a/b", "/a", "b"}, {"plain", "/", "/"}, {"/a/b/", "/a/b/", "/a/b/"}}) {
    Scene s;
    FdRecord file;
    file.fd = 3;
    file.type = FdType::FileV2;
    file.name = name;
    s.capture.threads(shell_session()).fds(22, {file});
    s.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
    CHECK(s.shown("fd.directory") == directory);
    CHECK(s.shown("fd.filename") == filename);
  }
}

TEST_CASE("a connection: client, server, local, remote, either") {
  Scene s;
  InterfaceRecord eth;
  eth.name = "eth0";
  eth.address = ip4("10.0.0.1");
  eth.netmask = ip4("255.255.255.0");
  s.capture.threads(shell_session()).interfaces({eth});
  s.event(EventCode::SOCKET_SOCKET_X, 22, {4, 2, 1, 0, 0});
  s.event(EventCode::SOCKET_CONNECT_X, 22, {0, socktuple4("10.0.0.1", 54321, "1.2.3.4", 443), 4, sockaddr4("1.2.3.4", 443)});
  CHECK(s.shown("fd.name") == "10.0.0.1:54321->1.2.3.4:443");
  CHECK(s.shown("fd.cip") == "10.0.0.1");
  CHECK(s.shown("fd.sip") == "1.2.3.4");
  CHECK(s.shown("fd.lip") == "10.0.0.1");
  CHECK(s.shown("fd.rip") == "1.2.3.4");
  CHECK(s.shown("fd.cport") == "54321");
  CHECK(s.shown("fd.sport") == "443");
  CHECK(s.shown("fd.lport") == "54321");
  CHECK(s.shown("fd.rport") == "443");
  CHECK(s.shown("fd.sproto") == "443");
  CHECK(s.compared("fd.ip") == "10.0.0.1|1.2.3.4");
  CHECK(s.compared("fd.port") == "54321|443");
  CHECK(s.shown("fd.ip") == "<none>");
  CHECK(s.shown("fd.net") == "<none>");
  CHECK(s.shown("fd.l4proto") == "tcp");
  CHECK(s.shown("fd.sockfamily") == "ip");
  CHECK(s.shown("fd.type") == "ipv4");
  CHECK(s.shown("fd.is_server") == "false");
  CHECK(s.shown("fd.connected") == "true");
  CHECK(s.shown("fd.name_changed") == "true");
  CHECK(s.shown("fd.directory") == "<none>");
}

TEST_CASE("a socket before it is connected has no ends to show") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SOCKET_SOCKET_X, 22, {4, 2, 1, 0, 0});
  CHECK(s.shown("fd.cip") == "<none>");
  CHECK(s.shown("fd.sport") == "<none>");
  CHECK(s.shown("fd.l4proto") == "<NA>");
  CHECK(s.compared("fd.ip") == "0.0.0.0|0.0.0.0");
}

TEST_CASE("a connection from the capture's descriptor list") {
  Scene s;
  s.capture.threads(shell_session()).fds(22, {tcp(7, "10.1.1.1", 1000, "10.2.2.2", 80)});
  s.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 7});
  CHECK(s.shown("fd.name") == "10.1.1.1:1000->10.2.2.2:80");
  CHECK(s.shown("fd.type") == "ipv4");
}

TEST_CASE("paths of a link: the new name is the source") {
  Scene s;
  s.capture.threads(shell_session());
  s.event(EventCode::SYSCALL_LINK_2_X, 22, {0, "/old", "new"});
  CHECK(s.shown("fs.path.source") == "/home/u/new");
  CHECK(s.shown("fs.path.target") == "/old");
  Scene failed;
  failed.capture.threads(shell_session());
  failed.event(EventCode::SYSCALL_LINK_2_X, 22, {-2, "/old", "new"});
  CHECK(failed.shown("fs.path.source") == "<none>");
  CHECK(failed.shown("fs.path.sourceraw") == "<none>");
  Scene at;
  at.capture.threads(shell_session());
  at.event(EventCode::SYSCALL_MKDIRAT_X, 22, {0, -100, "d", 0});
  CHECK(at.shown("fs.path.name") == "<UNKNOWN>d");
}

TEST_CASE("outside and inside a container") {
  Scene host;
  host.capture.threads(shell_session());
  host.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(host.shown("container.id") == "host");
  CHECK(host.shown("container.name") == "host");
  CHECK(host.shown("container.type") == "host");
  CHECK(host.shown("container.image") == "");
  CHECK(host.shown("container.privileged") == "false");
  CHECK(host.shown("k8s.pod.name") == "<none>");

  constexpr const char* kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  auto threads = shell_session();
  threads[3].cgroups = nul_list({std::string("cpu=/docker/") + kId});
  Scene unknown;
  unknown.capture.threads(threads);
  unknown.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(unknown.shown("container.id") == "0123456789ab");
  CHECK(unknown.shown("container.name") == "<none>");
  CHECK(unknown.shown("thread.cgroup.cpu") == std::string("/docker/") + kId);

  Scene known;
  known.capture.threads(threads);
  known.event(EventCode::SYSCALL_CLOSE_X, 21, {0, 3});
  known.event(EventCode::CONTAINER_JSON_2_E, -1,
              {R"({"container":{"id":"0123456789ab","full_id":"f","type":0,"name":"web","image":"nginx:1.25","imagerepo":"nginx",)"
               R"("imagetag":"1.25","privileged":true,"Mounts":[{"Source":"/proc","Destination":"/host/proc","Mode":"ro","RW":false,"Propagation":"rprivate"}],)"
               R"("labels":{"io.kubernetes.pod.name":"pod1","tier":"front","flag":""}}})"});
  known.event(EventCode::SYSCALL_CLOSE_X, 22, {0, 3});
  CHECK(known.shown("container.name") == "web");
  CHECK(known.shown("container.type") == "docker");
  CHECK(known.shown("container.image.repository") == "nginx");
  CHECK(known.shown("container.privileged") == "true");
  CHECK(known.shown("container.mounts") == "/proc:/host/proc:ro:false:rprivate");
  CHECK(known.shown("container.mount[0]") == "/proc:/host/proc:ro:false:rprivate");
  CHECK(known.shown("container.mount.dest[/proc*]") == "/host/proc");
  CHECK(known.shown("container.mount.source[/host/*]") == "/proc");
  CHECK(known.shown("container.mount.dest[/etc]") == "<none>");
  CHECK(known.shown("container.label.tier") == "front");
  CHECK(known.shown("container.labels") == "flag, tier:front");
  CHECK(known.shown("k8s.pod.name") == "pod1");
  CHECK(known.shown("container.healthcheck") == "<none>");
  CHECK(known.shown("fd.containername") == "0123456789ab:");
}
