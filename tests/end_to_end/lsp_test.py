#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""falcoc lsp, driven over standard input and output as editors do it, also by editors that send garbage.

Recorded sessions are tests/golden/lsp/*.session: lines with `>` are sent, lines with `<` are what came back.
"""
import json
import os
import pathlib
import queue
import random
import subprocess
import threading
import unittest

from programs import BIN, OK, SECONDS, SOURCE, WRONG_INPUT, ProgramTest

SESSIONS = SOURCE / "tests" / "golden" / "lsp"
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, NOT_INITIALIZED, FAILED = -32700, -32600, -32601, -32602, -32002, -32803

RULES = """\
- list: shells
  items: [bash, sh]

- list: programs
  items: [shells, python]

- macro: started
  condition: evt.type in (execve, execveat)

- rule: Shell started
  desc: Somebody started a shell, which is seldom right in a container.
  condition: >
    started and proc.name in (programs) and not proc.pname in (shells)
  output: "shell of %user.name (command=%proc.cmdline)"
  priority: NOTICE
  tags: [shell]
"""


def frame(body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


class Editor:
    """One server process and a thread that takes its messages apart."""

    def __init__(self, test):
        self.process = subprocess.Popen([str(BIN / "falcoc"), "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        test.addCleanup(self.end)
        self.messages = queue.Queue()
        self.last_id = 0
        self.published = {}
        threading.Thread(target=self.listen, daemon=True).start()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def listen(self):
        while header := self.process.stdout.readline():
            length = int(header.split(b":")[1])
            self.process.stdout.readline()
            self.messages.put(json.loads(self.process.stdout.read(length)))

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def receive(self):
        message = self.messages.get(timeout=SECONDS)
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]["diagnostics"]
        return message

    def notify(self, method, params=None):
        self.send(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def ask(self, method, params=None):
        """The whole answer."""
        self.last_id += 1
        self.send(frame({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}))
        while (message := self.receive()).get("id") != self.last_id:
            pass
        return message

    def start(self):
        answer = self.ask("initialize", {"capabilities": {}})
        self.notify("initialized", {})
        return answer["result"]["capabilities"]

    def open(self, uri, text):
        """Diagnostics of the text."""
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        return self.wait_for(uri)

    def change(self, uri, text):
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]})
        return self.wait_for(uri)

    def wait_for(self, uri):
        self.published.pop(uri, None)
        while uri not in self.published:
            self.receive()
        return self.published[uri]


def place(text, marked, inside=0):
    """Position of the first `marked` in the text, in UTF-16 units."""
    front = text[:text.index(marked) + inside]
    return {"line": front.count("\n"), "character": len(front.rpartition("\n")[2].encode("utf-16-le")) // 2}


def cut(text, span):
    lines = [line.encode("utf-16-le") for line in text.split("\n")]
    start, end = span["start"], span["end"]
    assert start["line"] == end["line"]
    return lines[start["line"]][2 * start["character"]:2 * end["character"]].decode("utf-16-le")


class Lsp(ProgramTest):
    def setUp(self):
        super().setUp()
        self.editor = Editor(self)
        self.uri = (self.folder / "r.yaml").as_uri()

    def at(self, text, marked, inside=0, uri=None, **more):
        return {"textDocument": {"uri": uri or self.uri}, "position": place(text, marked, inside), **more}

    def labels(self, text, marked):
        """What is offered behind `marked`."""
        answer = self.editor.ask("textDocument/completion", self.at(text, marked, len(marked)))
        return [item["label"] for item in answer["result"]]

    def hover(self, text, marked, inside=0):
        result = self.editor.ask("textDocument/hover", self.at(text, marked, inside))["result"]
        return result and result["contents"]["value"]

    def test_life(self):
        self.assertEqual(self.editor.ask("textDocument/hover", {})["error"]["code"], NOT_INITIALIZED)
        capabilities = self.editor.start()
        for name in ("hoverProvider", "definitionProvider", "referencesProvider", "documentFormattingProvider"):
            self.assertIs(capabilities[name], True)
        self.assertEqual(capabilities["textDocumentSync"]["change"], 1)
        self.assertEqual(self.editor.ask("initialize", {})["error"]["code"], INVALID_REQUEST)
        self.assertEqual(self.editor.ask("textDocument/dance", {})["error"]["code"], NO_METHOD)
        self.assertIsNone(self.editor.ask("shutdown")["result"])
        self.assertEqual(self.editor.ask("textDocument/hover", {})["error"]["code"], INVALID_REQUEST)
        self.editor.notify("exit")
        self.assertEqual(self.editor.process.wait(SECONDS), OK)

    def test_editor_goes_away(self):
        self.editor.start()
        self.editor.process.stdin.close()
        self.assertEqual(self.editor.process.wait(SECONDS), WRONG_INPUT)

    def test_diagnostics_while_typing(self):
        self.editor.start()
        self.assertEqual(self.editor.open(self.uri, RULES), [])
        broken = RULES.replace("proc.name in", "proc.nam in").replace("desc: Somebody", "desc: 𝒳 Somebody")
        found = self.editor.change(self.uri, broken)
        self.assertEqual([(d["code"], d["severity"], cut(broken, d["range"])) for d in found], [("FC2003", 1, "proc.nam")])
        self.assertIn("did you mean `proc.name`", found[0]["message"])
        # A lint, in a line with a letter of two UTF-16 units and one of three bytes.
        unused = RULES + "\n- list: 𝒳€_list\n  items: [a]\n"
        found = self.editor.change(self.uri, unused)
        self.assertEqual([(d["severity"], cut(unused, d["range"])) for d in found], [(2, "𝒳€_list")])
        self.assertEqual(self.editor.change(self.uri, "# falcoc: allow(unused-list)\n\n" + unused), [])
        self.assertEqual(self.editor.change(self.uri, "- rule: [\n")[0]["severity"], 1)
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})
        self.assertEqual(self.editor.wait_for(self.uri), [])

    def test_neighbours(self):
        """Files of the folder belong together; an open one counts as it is in the editor; a broken one is left out."""
        definitions, _, rule = RULES.partition("- rule")
        self.file("a.yaml", definitions)
        self.editor.start()
        self.assertEqual(self.editor.open(self.uri, "- rule" + rule), [])
        first = (self.folder / "a.yaml").as_uri()
        self.editor.open(first, definitions.replace("started", "begun"))
        self.assertEqual([d["code"] for d in self.editor.published.get(self.uri) or self.editor.wait_for(self.uri)], ["FC2010"])
        self.editor.change(first, definitions)
        self.editor.wait_for(self.uri)  # told of both, in order of their names
        self.file("b.yaml", "- rule: [\n")
        self.assertEqual(self.editor.change(self.uri, "- rule" + rule), [])
        # What the broken one may use is not called unused; what is wrong is told.
        self.assertEqual(self.editor.change(self.uri, "- list: mine\n  items: [a]\n- rule" + rule), [])
        self.assertEqual([d["code"] for d in self.editor.change(self.uri, "- rule" + rule.replace("proc.name", "proc.nam"))], ["FC2003"])
        self.file("b.yaml", "log_level: info\nrules:\n- here\n")
        self.assertEqual([d["severity"] for d in self.editor.change(self.uri, "- list: mine\n  items: [a]\n- rule" + rule)], [2])
        self.editor.change(self.uri, "- rule" + rule)
        answer = self.editor.ask("textDocument/definition", self.at("- rule" + rule, "started and", 2))["result"]
        self.assertEqual((answer["uri"], cut(definitions, answer["range"])), (first, "started"))

    def test_hover(self):
        self.editor.start()
        self.editor.open(self.uri, RULES)
        self.assertIn("evt.type in (execve, execveat)", self.hover(RULES, "started and", 3))
        self.assertIn("bash, sh, python", self.hover(RULES, "programs)", 1))
        again = RULES + "- list: shells\n  items: [zsh]\n- list: programs\n  items: [perl]\n  override: {items: append}\n"
        self.editor.change(self.uri, again)
        self.assertIn("3 items\n\n```\nzsh, python, perl\n", self.hover(again, "programs)", 1))
        self.editor.change(self.uri, RULES)
        self.assertIn("`proc.name`", self.hover(RULES, "proc.name in", 6))
        self.assertIn("`user.name`", self.hover(RULES, "user.name", 6))
        self.assertIn("in the list", self.hover(RULES, "in (programs", 1))
        self.assertIn("event `execveat`", self.hover(RULES, "execveat", 3))
        self.assertIn("severity", self.hover(RULES, "priority", 3))
        self.assertIsNone(self.hover(RULES, "desc: Some", 8))

    def test_completion(self):
        self.editor.start()
        self.editor.open(self.uri, RULES)
        cases = [("    star", "started"), ("    started and proc.na", "proc.name"), ("    proc.name st", "startswith"),
                 ("    proc.name in (sh", "shells"), ("    evt.type in (openat, op", "openat2"), ("    evt.type = op", "openat2"),
                 ("    evt.type=op", "openat2"), ("    started a", "and"), ("    started and toup", "toupper")]
        for typed, wanted in cases:
            with self.subTest(typed):
                text = RULES.replace("    started and proc.name in (programs) and not", typed + "\n    and not")
                self.editor.change(self.uri, text)
                self.assertIn(wanted, self.labels(text, typed))
        for front, typed, wanted in [("tags: [shell]", "tags: [shell, ne", "network"), ("priority: NOTICE", "priority: W", "Warning"),
                                     ("  tags: [shell]", "  exc", "exceptions"), ("- macro: started\n", "- mac\n", "macro"),
                                     ("%user.name", "%user.", "user.name"), ("[shells, python]", "[she, python]", "shells")]:
            with self.subTest(typed):
                text = RULES.replace(front, typed)
                self.editor.change(self.uri, text)
                self.assertIn(wanted, self.labels(text, typed.split(", py")[0].rstrip("\n")))
        self.assertNotIn("started", self.labels(text, "proc.name in (p"))

    def test_completion_replaces_what_was_typed(self):
        self.editor.start()
        text = RULES.replace("proc.name in", "proc.na in")
        self.editor.open(self.uri, text)
        items = self.editor.ask("textDocument/completion", self.at(text, "proc.na in", 7))["result"]
        self.assertEqual({cut(text, item["textEdit"]["range"]) for item in items}, {"proc.na"})

    def test_references_and_rename(self):
        self.editor.start()
        self.editor.open(self.uri, RULES)
        answer = self.editor.ask("textDocument/references", self.at(RULES, "(shells)", 2, context={"includeDeclaration": True}))
        self.assertEqual([(p["range"]["start"]["line"], cut(RULES, p["range"])) for p in answer["result"]], [(0, "shells"), (4, "shells"), (12, "shells")])
        answer = self.editor.ask("textDocument/references", self.at(RULES, "(shells)", 2, context={"includeDeclaration": False}))
        self.assertEqual(len(answer["result"]), 2)
        for marked, inside, old, new in [("(shells)", 2, "shells", "sh_list"), ("started and", 1, "started", "begun"),
                                         ("Shell started", 8, "Shell started", "A shell")]:
            with self.subTest(old):
                renamed = self.renamed(self.at(RULES, marked, inside, newName=new))
                wanted = RULES.replace(old, new)
                if old == "started":  # words of the rule's texts stay
                    wanted = RULES.replace("macro: started", "macro: begun").replace("started and", "begun and")
                self.assertEqual(renamed, wanted)
        for new in ("no name", "and", "x: y", "", "-x"):
            with self.subTest(new):
                answer = self.editor.ask("textDocument/rename", self.at(RULES, "started and", 1, newName=new))
                self.assertEqual(answer["error"]["code"], FAILED)
        self.assertIn("already", self.editor.ask("textDocument/rename", self.at(RULES, "(shells)", 1, newName="programs"))["error"]["message"])
        self.assertEqual(self.editor.ask("textDocument/rename", self.at(RULES, "proc.name", 1, newName="x"))["error"]["code"], FAILED)

    def renamed(self, params):
        edits = self.editor.ask("textDocument/rename", params)["result"]["changes"][self.uri]
        lines = RULES.split("\n")
        for edit in sorted(edits, key=lambda e: -e["range"]["start"]["character"]):
            number, start, end = edit["range"]["start"]["line"], edit["range"]["start"]["character"], edit["range"]["end"]["character"]
            lines[number] = lines[number][:start] + edit["newText"] + lines[number][end:]
        return "\n".join(lines)

    def test_formatting(self):
        self.editor.start()
        text = RULES.replace("[bash, sh]", "[bash,sh]")
        self.editor.open(self.uri, text)
        params = {"textDocument": {"uri": self.uri}, "options": {"tabSize": 2, "insertSpaces": True}}
        self.assertEqual([edit["newText"] for edit in self.editor.ask("textDocument/formatting", params)["result"]], [RULES])
        self.editor.change(self.uri, RULES)
        self.assertEqual(self.editor.ask("textDocument/formatting", params)["result"], [])
        self.editor.change(self.uri, "- list: [\n")
        self.assertEqual(self.editor.ask("textDocument/formatting", params)["error"]["code"], FAILED)

    def applied(self, text, action):
        lines = text.split("\n")
        edits = action["edit"]["changes"][self.uri]
        for edit in sorted(edits, key=lambda e: (-e["range"]["start"]["line"], -e["range"]["start"]["character"])):
            start, end = edit["range"]["start"], edit["range"]["end"]
            head = lines[start["line"]][:start["character"]]
            tail = lines[end["line"]][end["character"]:]
            lines[start["line"]:end["line"] + 1] = (head + edit["newText"] + tail).split("\n")
        return "\n".join(lines)

    def test_quick_fixes(self):
        """Each action, applied, ends the finding that it is offered for."""
        self.editor.start()
        text = RULES.replace("(execve, execveat)", "(execve)").replace("[bash, sh]", "[bash, sh, bash]") + "\n- list: spare\n  items: [a]\n"
        found = self.editor.open(self.uri, text)
        self.assertEqual(sorted(d["code"] for d in found), ["FC3002", "FC4203", "FC4306"])
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        params = {"textDocument": {"uri": self.uri}, "range": whole, "context": {"diagnostics": found}}
        # Asked before the change is checked: the answer is about the text as it is now.
        self.editor.notify("textDocument/didChange", {"textDocument": {"uri": self.uri, "version": 2}, "contentChanges": [{"text": text}]})
        actions = self.editor.ask("textDocument/codeAction", params)["result"]
        self.assertEqual(len(actions), 5)
        for action in actions:
            with self.subTest(action["title"]):
                (about,) = action["diagnostics"]
                left = self.editor.change(self.uri, self.applied(text, action))
                self.assertEqual(sorted(d["code"] for d in left), sorted(d["code"] for d in found if d != about))

    def alive(self):
        self.assertEqual(self.editor.ask("textDocument/dance")["error"]["code"], NO_METHOD)

    def test_garbage(self):
        self.editor.start()
        cases = [(frame(b"{"), PARSE_ERROR), (frame(b""), PARSE_ERROR), (frame(b"\xff\xfe"), PARSE_ERROR), (frame(b'{"method":"\xff"}'), PARSE_ERROR),
                 (frame(b"[" * 100000), PARSE_ERROR), (frame(b"[" * 100000 + b"]" * 100000), PARSE_ERROR), (frame(b'{"a":' * 100000), PARSE_ERROR), (frame([]), INVALID_REQUEST), (frame(b"7"), INVALID_REQUEST),
                 (frame({"id": 1}), INVALID_REQUEST), (frame({"id": {}, "method": "shutdown"}), INVALID_REQUEST), (frame({"method": 3}), INVALID_REQUEST),
                 (b"Content-Length: x\r\n\r\n", PARSE_ERROR), (b"Content-Length: -5\r\n\r\n", PARSE_ERROR),
                 (b"Content-Length: 99999999999999999999999\r\n\r\n", PARSE_ERROR), (b"nonsense " * 10000 + b"\r\n\r\n", PARSE_ERROR),
                 (b"Content-Length: 70000000\r\n\r\n" + b" " * 70000000, INVALID_REQUEST)]
        for data, code in cases:
            with self.subTest(data[:60]):
                self.editor.send(data)
                self.assertEqual(self.editor.receive()["error"]["code"], code)
                self.alive()
        methods = ["hover", "completion", "definition", "references", "rename", "prepareRename", "formatting", "codeAction"]
        for params in (None, 7, [], {}, {"textDocument": 3}, {"textDocument": {"uri": 3}, "position": 9}, {"textDocument": {"uri": "file:///absent.yaml"}, "position": {"line": -1, "character": 0}},
                       {"textDocument": {"uri": "file:///%00/x"}, "position": {"line": 1e300, "character": 0}}):
            for method in methods:
                self.assertEqual(self.editor.ask("textDocument/" + method, params)["error"]["code"], INVALID_PARAMS)
            for method in ("didOpen", "didChange", "didClose", "didSave"):
                self.editor.notify("textDocument/" + method, params)
        self.alive()

    def test_every_place_of_every_prefix(self):
        """Texts that stop anywhere, and positions outside of them."""
        self.editor.start()
        rng = random.Random(7)
        self.editor.open(self.uri, "")
        for _ in range(60):
            text = RULES[:rng.randrange(len(RULES))] + rng.choice(["", "'", '"', "(", "%", "\t", "\r", "\0", "é", "𝒳", "- ", "[", "&a *a", "- - -"])
            self.editor.change(self.uri, text)
            position = {"line": rng.randrange(25), "character": rng.choice([0, 1, 5, 17, 40, 2**31 - 1])}
            for method in ("hover", "completion", "definition", "references", "prepareRename"):
                answer = self.editor.ask("textDocument/" + method, {"textDocument": {"uri": self.uri}, "position": position})
                self.assertIn("result", answer)

    def test_recorded_sessions(self):
        sessions = sorted(SESSIONS.glob("*.session"))
        self.assertGreater(len(sessions), 0)
        for path in sessions:
            with self.subTest(path.name):
                editor = Editor(self)
                lines, came = path.read_text().splitlines(), []
                for line in lines:
                    if line.startswith("> "):
                        came.append(line)
                        message = json.loads(line[2:])
                        editor.send(frame(message))
                        checks = message["method"] in ("textDocument/didOpen", "textDocument/didChange")
                        if "id" in message or checks:
                            came.append("< " + json.dumps(editor.receive(), sort_keys=True, ensure_ascii=False))
                if os.environ.get("FALCOC_BLESS") == "1":
                    path.write_text("\n".join(came) + "\n")
                self.assertEqual(came, path.read_text().splitlines())


class EditorFiles(ProgramTest):
    """The files for editors know what the compiler knows."""

    def test_schema(self):
        schema = json.loads((SOURCE / "editors" / "falco-rules.schema.json").read_text())
        editor = Editor(self)
        editor.start()
        for name in ("rule", "macro", "list"):
            with self.subTest(name):
                text = f"- {name}: x\n  \n"
                editor.open("untitled:" + name, text)
                params = {"textDocument": {"uri": "untitled:" + name}, "position": {"line": 1, "character": 2}}
                known = {item["label"] for item in editor.ask("textDocument/completion", params)["result"]}
                self.assertGreater(len(known), 2)
                self.assertEqual(set(schema["definitions"][name]["properties"]), known | {name})
                self.assertIn(name, schema["definitions"][name]["required"])

    def test_vscode_folder(self):
        folder = SOURCE / "editors" / "vscode"
        package = json.loads((folder / "package.json").read_text())
        self.assertTrue((folder / package["main"]).is_file())
        for grammar in package["contributes"]["grammars"]:
            self.assertEqual(json.loads((folder / grammar["path"]).read_text())["scopeName"], grammar["scopeName"])
            self.assertIn("source.yaml", grammar["injectTo"])


if __name__ == "__main__":
    unittest.main()
