// SPDX-License-Identifier: Apache-2.0
//
// Container ids from every cgroup layout, and recorded metadata: the container reference, sections 2, 3 and 10.

#include "tests/unit/state/scene.h"
#include "vm/state/container_id.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string with_id(std::string path) {
  const size_t at = path.find("<64>");
  return at == std::string::npos ? path : path.replace(at, 4, kId);
}

struct ShellScene : Scene {
  ShellScene() {
    threads(small_machine());
    tick();
  }
  void metadata(std::string_view json) { event(EventCode::CONTAINER_JSON_2_E, -1, {json}); }
};

}  // namespace

TEST_CASE("paths of all runtimes") {
  struct Row {
    std::string path, id;
  };
  for (const Row& row : {
           Row{"/docker/<64>", "0123456789ab"},
           Row{"/system.slice/docker-<64>.scope", "0123456789ab"},
           Row{"/machine.slice/libpod-<64>.scope", "0123456789ab"},
           Row{"/machine.slice/libpod-<64>.scope/container", "0123456789ab"},
           Row{"/machine.slice/libpod-<64>", "0123456789ab"},
           Row{"/machine.slice/libpod-payload-<64>", "0123456789ab"},
           Row{"/kubepods/burstable/pod1234/<64>", "0123456789ab"},
           Row{"/kubepods.slice/kubepods-pod1.slice/cri-containerd-<64>.scope", "0123456789ab"},
           Row{"/kubepods.slice/crio-<64>", "0123456789ab"},
           Row{"/kubepods.slice/crio-<64>.scope", "0123456789ab"},
           Row{"/system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:<64>", "0123456789ab"},
           Row{"/system.slice/nerdctl-<64>.scope", "0123456789ab"},
           Row{"/default/web", "web"},
           Row{"/default/abcdefghijklmnop", "abcdefghijkl"},
           Row{"/a/lxc/box/x.scope", "box"},
           Row{"/.lxc/lxc.payload.box/init.scope", "box"},
           Row{"/.machine/box.libvirt-lxc", "box"},
           Row{"/machine.slice/machine-lxc\\x2d7881\\x2dbox.scope", "7881\\x2dbox"},
           Row{"/.x/libvirt/lxc/box", "box"},
           Row{"/system.slice/runc-bpm-galera-agent.scope", "galera-agent"},
           Row{"/", ""},
           Row{"", ""},
           Row{"/user.slice/user-1000.slice/session-3.scope", ""},
           Row{"/system.slice/sshd.service", ""},
           Row{"/init.scope", ""},
           Row{"/system.slice/docker-0123.scope", ""},
       }) {
    CAPTURE(row.path);
    CHECK(container_of_path(with_id(row.path)).id == row.id);
  }
  std::string not_hex = kId;
  not_hex[63] = 'g';
  CHECK(container_of_path("/system.slice/docker-" + not_hex + ".scope").id.empty());
}

TEST_CASE("the first path that matches decides") {
  CHECK(container_of({{"cpu", "/"}, {"memory", with_id("/docker/<64>")}, {"pids", "/default/other"}}).id ==
        "0123456789ab");
  CHECK(container_of({}).id.empty());
}

TEST_CASE_FIXTURE(ShellScene, "runtimes without metadata are known by their cgroups alone") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/lxc.payload.box"})});
  CHECK(thread(100)->container_id == "box");
  const Container* c = state.find_container("box");
  REQUIRE(c);
  CHECK(c->type == "lxc");
  CHECK(c->name == "");
  CHECK(container_of_path("/a.libvirt-lxc").type == "libvirt-lxc");
  CHECK(container_of_path("/bpm-job.scope").type == "bpm");
  CHECK(container_of_path(with_id("/docker/<64>")).type.data() == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "ids are taken at load, clone, exec and chroot") {
  ThreadRecord boxed = small_machine()[1];
  boxed.tid = boxed.pid = 300;
  boxed.cgroups = nul_list({"cpu_cgroup=" + with_id("/docker/<64>"), "mem=/m"});
  threads({boxed});
  tick();
  CHECK(thread(300)->container_id == "0123456789ab");
  CHECK((*thread(300)->cgroups)[0].first == "cpu");
  CHECK((*thread(300)->cgroups)[1].first == "memory");
  CHECK(thread(100)->container_id == "");

  clone({.result = 200, .tid = 100, .pid = 100, .cgroups = nul_list({"io=/x", "perf=/y"})});
  CHECK((*thread(200)->cgroups)[0].first == "blkio");
  CHECK((*thread(200)->cgroups)[1].first == "perf_event");
  const uint64_t generation = thread(200)->container_generation;
  exec({.tid = 200, .pid = 200, .cgroups = nul_list({"cpu=" + with_id("/docker/<64>")})});
  CHECK(thread(200)->container_id == "0123456789ab");
  CHECK(thread(200)->container_generation > generation);

  exec({.tid = 200, .pid = 200, .cgroups = nul_list({"cpu=/", "broken"})});
  CHECK(thread(200)->container_id == "0123456789ab");
  exec({.tid = 200, .pid = 200, .cgroups = nul_list({"cpu=/"})});
  CHECK(thread(200)->container_id == "");
}

TEST_CASE_FIXTURE(ShellScene, "metadata events") {
  metadata(
      R"({"container":{"id":"0123456789ab","full_id":"0123","type":0,"name":"web","image":"nginx:1.25","imageid":"9f",
    "imagerepo":"nginx","imagetag":"1.25","imagedigest":"sha256:1","privileged":true,"host_pid":false,"ip":"172.17.0.2",
    "Mounts":[{"Source":"/a","Destination":"/b","Mode":"ro","RW":true,"Propagation":"rprivate"}],
    "labels":{"z":"1","app":"shop"},"pod_sandbox_labels":null,"env":["X=1"],"User":"root","cpu_shares":1024,"created_time":1.5,
    "Healthcheck":{"exe":"/bin/true","args":["a",{"deep":[1,2]}]},"port_mappings":[{"HostIp":0}]}})");
  CHECK(last.thread == nullptr);
  const Container* c = state.find_container("0123456789ab");
  REQUIRE(c);
  CHECK(state.event_container() == c);
  CHECK(c->name == "web");
  CHECK(c->image == "nginx:1.25");
  CHECK(c->image_id == "9f");
  CHECK(c->image_repository == "nginx");
  CHECK(c->image_tag == "1.25");
  CHECK(c->image_digest == "sha256:1");
  CHECK(c->type == "docker");
  CHECK(c->privileged);
  CHECK_FALSE(c->host_pid);
  CHECK(c->user == "root");
  REQUIRE(c->mounts.size() == 1);
  CHECK(c->mounts[0].source == "/a");
  CHECK(c->mounts[0].dest == "/b");
  CHECK(c->mounts[0].rdwr);
  CHECK(c->labels == std::vector<std::pair<std::string, std::string>>{{"app", "shop"}, {"z", "1"}});
  CHECK(c->pod_sandbox_labels.empty());
  tick();
  CHECK(state.event_container() == nullptr);

  SUBCASE("as an asynchronous event, and its removal") {
    event(EventCode::ASYNCEVENT_E, 1,
          {0, "container", Param::raw(std::string(R"({"container":{"id":"b","type":7}})") + '\0')});
    CHECK(last.thread == nullptr);
    CHECK(state.event_container()->type == "containerd");
    event(EventCode::ASYNCEVENT_E, 1, {0, "container_removed", Param::raw(R"({"container":{"id":"b"}})")});
    CHECK(state.find_container("b") == nullptr);
    event(EventCode::ASYNCEVENT_E, 1, {0, "something else", Param::raw("{")});
    CHECK(state.stats().failed_containers == 0);
  }
  SUBCASE("local addresses in a container are its own") {
    ThreadRecord boxed = small_machine()[1];
    boxed.tid = boxed.pid = 300;
    boxed.cgroups = nul_list({"cpu=" + with_id("/docker/<64>")});
    threads({boxed});
    tick();
    CHECK(state.is_local_address(thread(300), ip4("172.17.0.2")));
    CHECK_FALSE(state.is_local_address(thread(300), ip4("172.17.0.3")));
  }
}

TEST_CASE_FIXTURE(ShellScene, "the host is the permanent record") {
  CHECK(state.find_container("")->name == "host");
  metadata(R"({"container":{"id":"host","name":"renamed"}})");
  CHECK(state.find_container("")->name == "host");
  CHECK(state.find_container("host") == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "bad metadata is counted and ignored") {
  const std::string deep = R"({"container":{"id":"x","env":)" + std::string(100, '[') + std::string(100, ']') + "}}";
  const std::string_view bad[] = {"",
                                  "{",
                                  "[]",
                                  "{}",
                                  R"({"container":5})",
                                  R"({"container":{"id":"x")",
                                  R"({"container":{"id":7}})",
                                  R"({"container":{"id":"x","privileged":"yes"}})",
                                  R"({"container":{"id":"x","labels":[]}})",
                                  R"({"container":{"id":"x","type":"docker"}})",
                                  R"({"container":{"id":"x","Mounts":{}}})",
                                  "{\"container\":{\"id\":\"x\",\"name\":\"\xff\"}}",
                                  deep};
  uint64_t expected = 0;
  for (std::string_view json : bad) {
    CAPTURE(json);
    metadata(json);
    CHECK(state.event_container() == nullptr);
    CHECK(state.stats().failed_containers == ++expected);
  }
  CHECK(state.find_container("x") == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "metadata that arrives after the process") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=" + with_id("/docker/<64>")})});
  CHECK(thread(100)->container_id == "0123456789ab");
  CHECK(state.find_container("0123456789ab") == nullptr);
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  const uint64_t before = last.thread->container_generation;
  metadata(R"({"container":{"id":"0123456789ab","type":0,"name":"web"}})");
  CHECK(last.thread == nullptr);
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->container_generation > before);
  CHECK(state.find_container(last.thread->container_id)->name == "web");
  const uint64_t known = last.thread->container_generation;
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->container_generation == known);

  metadata(R"({"container":{"id":"0123456789ab","type":6,"name":"renamed"}})");
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->container_generation > known);
  CHECK(state.find_container("0123456789ab")->name == "renamed");
  CHECK(state.find_container("0123456789ab")->type == "cri");
  event(EventCode::ASYNCEVENT_E, 1, {0, "container_removed", Param::raw(R"({"container":{"id":"0123456789ab"}})")});
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(state.find_container(last.thread->container_id) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "containers without metadata are known from clones and process lists too") {
  clone({.tid = 200, .pid = 200, .ptid = 100, .cgroups = nul_list({"cpu=/lxc.payload.one"})});
  REQUIRE(state.find_container("one"));
  CHECK(state.find_container("one")->type == "lxc");
  clone({.result = 201, .tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/bpm-two.scope"})});
  REQUIRE(state.find_container("two"));
  CHECK(state.find_container("two")->type == "bpm");
  ThreadRecord listed = small_machine()[1];
  listed.tid = listed.pid = 300;
  listed.cgroups = nul_list({"cpu=/x.libvirt-lxc"});
  threads({listed});
  tick();
  REQUIRE(state.find_container("x"));
  CHECK(state.find_container("x")->type == "libvirt-lxc");
}

TEST_CASE_FIXTURE(ShellScene, "a thread made without cgroups is on the host; a failed exec moves nobody") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/default/web"})});
  CHECK(thread(100)->container_id == "web");
  exec({.result = -2, .tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/default/other"})});
  CHECK(thread(100)->container_id == "web");
  clone({.result = 200, .tid = 100, .pid = 100});
  CHECK(thread(200)->container_id == "");
  clone({.tid = 201, .pid = 201, .ptid = 100, .cgroups = nul_list({"cpu=/default/kid"})});
  CHECK(thread(201)->container_id == "kid");
}

TEST_CASE_FIXTURE(ShellScene, "the list of cgroups keeps order and repetitions") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/a", "cpu=/b", "io_cgroup=/c", "=/d", "x=y=z"})});
  const Cgroups& list = *thread(100)->cgroups;
  REQUIRE(list.size() == 5);
  CHECK(list[0] == std::pair<std::string, std::string>("cpu", "/a"));
  CHECK(list[1] == std::pair<std::string, std::string>("cpu", "/b"));
  CHECK(list[2] == std::pair<std::string, std::string>("blkio", "/c"));
  CHECK(list[3] == std::pair<std::string, std::string>("", "/d"));
  CHECK(list[4] == std::pair<std::string, std::string>("x", "y=z"));
}

TEST_CASE_FIXTURE(ShellScene, "addresses in containers") {
  const auto boxed = [&](int64_t tid, std::string_view path) {
    ThreadRecord r = small_machine()[1];
    r.tid = r.pid = tid;
    r.cgroups = nul_list({"cpu=" + std::string(path)});
    threads({r});
    tick();
  };
  InterfaceRecord eth;
  eth.address = ip4("10.0.0.5");
  state.on_interfaces({eth});
  boxed(300, "/default/known");
  boxed(301, "/default/unknown");
  metadata(R"({"container":{"id":"known","ip":"172.17.0.2"}})");
  metadata(R"({"container":{"id":"none","ip":"0.0.0.0"}})");
  CHECK(state.is_local_address(thread(300), ip4("172.17.0.2")));
  CHECK(state.is_local_address(thread(300), ip4("10.0.0.5")));
  CHECK(state.is_local_address(thread(301), ip4("172.17.0.2")));
  CHECK_FALSE(state.is_local_address(thread(301), ip4("10.0.0.5")));
  CHECK_FALSE(state.is_local_address(thread(301), ip4("0.0.0.0")));
  IpAddr six;
  six.family = 6;
  CHECK_FALSE(state.is_local_address(thread(300), six));
}
